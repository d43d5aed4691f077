package io.tailrace.streams.dsl;

import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How values go into sessions, and sessions into each other. */
interface SessionFold<K, V, A> {
    /** What a session is before its first value. */
    @Nullable
    A nothing();

    @Nullable
    A add(K key, V value, @Nullable A before);

    @Nullable
    A merge(K key, @Nullable A one, A other);

    record Aggregating<K, V, A>(
            Supplier<A> initializer, Aggregator<? super K, ? super V, A> aggregator, Merger<? super K, A> merger)
            implements SessionFold<K, V, A> {
        @Override
        public A nothing() {
            return initializer.get();
        }

        @Override
        @SuppressWarnings("NullAway") // What there is before comes from the initializer, or from the merger.
        public @Nullable A add(K key, V value, @Nullable A before) {
            return aggregator.apply(key, value, before);
        }

        @Override
        @SuppressWarnings("NullAway") // As above.
        public A merge(K key, @Nullable A one, A other) {
            return merger.apply(key, one, other);
        }
    }

    record Reducing<K, V>(BinaryOperator<V> reducer) implements SessionFold<K, V, V> {
        @Override
        public @Nullable V nothing() {
            return null;
        }

        @Override
        public V add(K key, V value, @Nullable V before) {
            return before == null ? value : reducer.apply(before, value);
        }

        @Override
        public V merge(K key, @Nullable V one, V other) {
            return add(key, other, one);
        }
    }
}
