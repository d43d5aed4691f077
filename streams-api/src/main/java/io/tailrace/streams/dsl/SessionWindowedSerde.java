package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.Windowed;
import java.nio.ByteBuffer;

/** A key and its session as Kafka Streams writes them: the key's bytes, the session's end and its start in 8 bytes each, big-endian. */
final class SessionWindowedSerde<K> implements WindowedKeySerde<K> {
    private static final int WINDOW_BYTES = 2 * Long.BYTES;

    private final Serde<K> keys;

    /** Around what writes and reads the keys. */
    SessionWindowedSerde(Serde<K> keys) {
        this.keys = keys;
    }

    @Override
    public byte[] serialize(String topic, Windowed<K> session) {
        byte[] key = keys.serialize(topic, session.key());
        ByteBuffer bytes = ByteBuffer.allocate(key.length + WINDOW_BYTES).put(key);
        return bytes.putLong(session.window().end())
                .putLong(session.window().start())
                .array();
    }

    @Override
    public byte[] serializeBaseKey(String topic, Windowed<K> session) {
        return keys.serialize(topic, session.key());
    }

    @Override
    public Windowed<K> deserialize(String topic, ByteBuffer bytes) {
        int length = bytes.remaining() - WINDOW_BYTES;
        if (length < 0) {
            throw new IllegalArgumentException("A key in a session has " + WINDOW_BYTES + " bytes at least, not "
                    + bytes.remaining() + ": read the topic with the serde with which it was written.");
        }
        K key = keys.deserialize(topic, bytes.slice(bytes.position(), length));
        bytes.position(bytes.position() + length);
        long end = bytes.getLong();
        return new Windowed<>(key, new Window(bytes.getLong(), end));
    }
}
