package io.tailrace.streams.topology;

import io.tailrace.engine.record.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way through a topology.
 *
 * @param key or {@code null}
 * @param value or {@code null}
 * @param timestamp of the event, milliseconds since 1970
 * @param headers never {@code null}, perhaps empty
 */
public record StreamRecord<K, V>(@Nullable K key, @Nullable V value, long timestamp, Headers headers) {
    /** One without headers. */
    public static <K, V> StreamRecord<K, V> of(@Nullable K key, @Nullable V value, long timestamp) {
        return new StreamRecord<>(key, value, timestamp, Headers.EMPTY);
    }

    /** The same with another key. */
    public <K1> StreamRecord<K1, V> withKey(@Nullable K1 other) {
        return new StreamRecord<>(other, value, timestamp, headers);
    }

    /** The same with another value. */
    public <V1> StreamRecord<K, V1> withValue(@Nullable V1 other) {
        return new StreamRecord<>(key, other, timestamp, headers);
    }

    /** The same with another key and value. */
    public <K1, V1> StreamRecord<K1, V1> with(@Nullable K1 otherKey, @Nullable V1 otherValue) {
        return new StreamRecord<>(otherKey, otherValue, timestamp, headers);
    }

    /** The same at another time. */
    public StreamRecord<K, V> withTimestamp(long other) {
        return new StreamRecord<>(key, value, other, headers);
    }

    /** The same with other headers. */
    public StreamRecord<K, V> withHeaders(Headers other) {
        return new StreamRecord<>(key, value, timestamp, other);
    }
}
