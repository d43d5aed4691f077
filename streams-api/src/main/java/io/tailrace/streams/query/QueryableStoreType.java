package io.tailrace.streams.query;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.state.StoreBuilder;
import java.util.function.Supplier;

/**
 * As what a store is to be looked at. See {@link QueryableStoreTypes}.
 *
 * @param <S> the view, which cannot change anything
 */
public final class QueryableStoreType<S> {
    /** Makes a view of a store. */
    interface View<T, S> {
        /** The store is made anew for each look, since some kinds remember what they found when they were made. */
        S of(Supplier<T> store);
    }

    private final String name;
    private final Class<?> kind;
    private final View<StateStore, S> view;

    @SuppressWarnings("unchecked") // The kind is checked before a view is made.
    <T> QueryableStoreType(String name, Class<?> kind, View<T, S> view) {
        this.name = name;
        this.kind = kind;
        this.view = (View<StateStore, S>) view;
    }

    /**
     * A view of the bytes that the store has.
     *
     * @throws TailraceException INVALID_ARGUMENT: the store is of another kind
     */
    public S view(StoreBuilder<?> builder, ReadOnlyBytesStore bytes) {
        Supplier<StateStore> store = () -> builder.build(name -> new UnchangingBytes(bytes));
        StateStore first = store.get();
        if (!kind.isInstance(first)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Store " + builder.name() + " is no " + name + ": ask for it as what the topology makes it.");
        }
        return view.of(store);
    }

    @Override
    public String toString() {
        return name;
    }
}
