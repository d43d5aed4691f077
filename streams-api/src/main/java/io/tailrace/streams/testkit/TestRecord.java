package io.tailrace.streams.testkit;

import io.tailrace.engine.record.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record that a test gives or gets.
 *
 * @param key or {@code null}
 * @param value or {@code null}
 * @param timestamp milliseconds since 1970
 * @param headers never {@code null}, perhaps empty
 */
public record TestRecord<K, V>(@Nullable K key, @Nullable V value, long timestamp, Headers headers) {
    /** One without headers. */
    public TestRecord(@Nullable K key, @Nullable V value, long timestamp) {
        this(key, value, timestamp, Headers.EMPTY);
    }
}
