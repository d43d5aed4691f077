package io.tailrace.streams.dsl;

import org.jspecify.annotations.Nullable;

/** Makes one value of two that belong together. Where a join lets one side be missing, that side's value is {@code null}. */
@FunctionalInterface
public interface ValueJoiner<V1, V2, R> {
    /**
     * The joined value.
     *
     * @param left of the stream or table on which the join was called
     * @param right of the one that was given to it
     */
    @Nullable
    R apply(V1 left, V2 right);
}
