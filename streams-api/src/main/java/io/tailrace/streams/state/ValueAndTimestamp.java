package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/**
 * A value, and as of when it is.
 *
 * @param value never {@code null}
 * @param timestamp milliseconds since 1970
 */
public record ValueAndTimestamp<V>(V value, long timestamp) {
    /** The two together; {@code null} if there is no value. */
    public static <V> @Nullable ValueAndTimestamp<V> of(@Nullable V value, long timestamp) {
        return value == null ? null : new ValueAndTimestamp<>(value, timestamp);
    }

    /** The value; {@code null} if there is none. */
    public static <V> @Nullable V valueOf(@Nullable ValueAndTimestamp<V> both) {
        return both == null ? null : both.value;
    }
}
