package io.tailrace.streams.state;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;

/** A value behind its timestamp: 8 bytes, big-endian, and the value's own bytes. */
final class TimestampedSerde<V> implements Serde<ValueAndTimestamp<V>> {
    private final Serde<V> values;

    TimestampedSerde(Serde<V> values) {
        this.values = values;
    }

    @Override
    public byte[] serialize(String topic, ValueAndTimestamp<V> both) {
        byte[] value = values.serialize(topic, both.value());
        byte[] bytes = new byte[Long.BYTES + value.length];
        ByteBuffer.wrap(bytes).putLong(both.timestamp()).put(value);
        return bytes;
    }

    @Override
    public ValueAndTimestamp<V> deserialize(String topic, ByteBuffer bytes) {
        long timestamp = bytes.getLong();
        return new ValueAndTimestamp<>(values.deserialize(topic, bytes), timestamp);
    }
}
