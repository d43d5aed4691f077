package io.tailrace.streams.topology;

import io.tailrace.engine.record.Headers;
import org.jspecify.annotations.Nullable;

/** A record whose key cannot be changed. Only the topology makes new ones; all others are made of those. Immutable. */
public final class FixedKeyRecord<K, V> {
    private final StreamRecord<K, V> record;

    FixedKeyRecord(StreamRecord<K, V> record) {
        this.record = record;
    }

    StreamRecord<K, V> record() {
        return record;
    }

    /** The key, or {@code null}. */
    public @Nullable K key() {
        return record.key();
    }

    /** The value, or {@code null}. */
    public @Nullable V value() {
        return record.value();
    }

    /** When the event was, in milliseconds since 1970. */
    public long timestamp() {
        return record.timestamp();
    }

    /** The headers, perhaps none. */
    public Headers headers() {
        return record.headers();
    }

    /** The same with another value. */
    public <V1> FixedKeyRecord<K, V1> withValue(@Nullable V1 other) {
        return new FixedKeyRecord<>(record.withValue(other));
    }

    /** The same at another time. */
    public FixedKeyRecord<K, V> withTimestamp(long other) {
        return new FixedKeyRecord<>(record.withTimestamp(other));
    }

    /** The same with other headers. */
    public FixedKeyRecord<K, V> withHeaders(Headers other) {
        return new FixedKeyRecord<>(record.withHeaders(other));
    }

    @Override
    public String toString() {
        return record.toString();
    }
}
