package io.tailrace.streams.dsl;

import org.jspecify.annotations.Nullable;

/** A {@link ValueJoiner} that is told the key as well. */
@FunctionalInterface
public interface ValueJoinerWithKey<K, V1, V2, R> {
    /**
     * The joined value.
     *
     * @param key of the record on whose stream the join was called; it must not be changed
     * @param left of the stream or table on which the join was called
     * @param right of the one that was given to it
     */
    @Nullable
    R apply(K key, V1 left, V2 right);
}
