package io.tailrace.streams.dsl;

import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Folds the values of each key into one, which is as of the latest of them. */
final class StreamAggregate<K, V, A> implements ProcessorSupplier<K, V, K, Change<A>>, TableOperator<K, A> {
    /** How a value goes into what has become of those before it. */
    interface Fold<K, V, A> {
        @Nullable
        A apply(K key, V value, @Nullable A before);

        /** What was before the first, as those behind are told. */
        default @Nullable A nothing() {
            return null;
        }
    }

    record Aggregating<K, V, A>(Supplier<A> initializer, Aggregator<? super K, ? super V, A> aggregator)
            implements Fold<K, V, A> {
        @Override
        public @Nullable A apply(K key, V value, @Nullable A before) {
            return aggregator.apply(key, value, before == null ? initializer.get() : before);
        }

        @Override
        public A nothing() {
            return initializer.get();
        }
    }

    record Reducing<K, V>(BinaryOperator<V> reducer) implements Fold<K, V, V> {
        @Override
        public V apply(K key, V value, @Nullable V before) {
            return before == null ? value : reducer.apply(before, value);
        }
    }

    private final String store;
    private final Fold<K, V, A> fold;
    private boolean sendOldValues;

    StreamAggregate(String store, Fold<K, V, A> fold) {
        this.store = store;
        this.fold = fold;
    }

    @Override
    public boolean sendOldValues(boolean force) {
        sendOldValues = true;
        return true;
    }

    @Override
    public TableLookup<K, A> lookup() {
        return TableLookup.inStore(store);
    }

    @Override
    public Processor<K, V, K, Change<A>> get() {
        return new Folding();
    }

    private final class Folding implements Processor<K, V, K, Change<A>> {
        private @Nullable ProcessorContext<K, Change<A>> context;
        private @Nullable TimestampedKeyValueStore<K, A> aggregates;

        @Override
        public void init(ProcessorContext<K, Change<A>> given) {
            context = given;
            aggregates = given.store(store);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init.
        public void process(StreamRecord<K, V> record) {
            K key = record.key();
            V value = record.value();
            if (key == null || value == null) {
                context.drop(record, key == null ? DropReason.NULL_KEY : DropReason.NULL_VALUE);
                return;
            }
            ValueAndTimestamp<A> before = aggregates.get(key);
            A old = ValueAndTimestamp.valueOf(before);
            A now = fold.apply(key, value, old);
            long timestamp = before == null ? record.timestamp() : Math.max(record.timestamp(), before.timestamp());
            aggregates.put(key, ValueAndTimestamp.of(now, timestamp));
            A told = !sendOldValues ? null : old == null ? fold.nothing() : old;
            context.forward(record.withValue(new Change<>(now, told)).withTimestamp(timestamp));
        }
    }
}
