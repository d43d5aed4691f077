package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.Windowed;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A key and, behind it, the start of its window in 8 bytes, big-endian. The size of the window is not written. */
final class TimeWindowedSerde<K> implements WindowedKeySerde<K> {
    private final Serde<K> keys;
    private final long sizeMillis;

    TimeWindowedSerde(Serde<K> keys, long sizeMillis) {
        this.keys = keys;
        this.sizeMillis = sizeMillis;
    }

    @Override
    public byte[] serialize(String topic, Windowed<K> windowed) {
        byte[] key = keys.serialize(topic, windowed.key());
        byte[] both = Arrays.copyOf(key, key.length + Long.BYTES);
        ByteBuffer.wrap(both).putLong(key.length, windowed.window().start());
        return both;
    }

    @Override
    public byte[] serializeBaseKey(String topic, Windowed<K> windowed) {
        return keys.serialize(topic, windowed.key());
    }

    @Override
    public Windowed<K> deserialize(String topic, ByteBuffer bytes) {
        int length = bytes.remaining() - Long.BYTES;
        if (length < 0) {
            throw new IllegalArgumentException(
                    bytes.remaining() + " bytes where a key and the start of its window were expected.");
        }
        long start = bytes.getLong(bytes.position() + length);
        return new Windowed<>(
                keys.deserialize(topic, bytes.slice(bytes.position(), length)), Window.ofSize(start, sizeMillis));
    }
}
