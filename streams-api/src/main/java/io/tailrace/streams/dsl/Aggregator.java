package io.tailrace.streams.dsl;

import org.jspecify.annotations.Nullable;

/** Takes one more value into an aggregate. It must not change the aggregate that it is given, but may return it. */
@FunctionalInterface
public interface Aggregator<K, V, A> {
    /** The aggregate with that value; {@code null} takes the key out of the table. */
    @Nullable
    A apply(K key, V value, A aggregate);
}
