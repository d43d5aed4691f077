package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;

/**
 * A change as bytes. Format 1: a byte 1; the length of the new value in 4 bytes, big-endian, -1 if there is none; a byte 1 if there is an old value, else 0; the new
 * value; the old value, up to the end.
 */
final class ChangeSerde<V> implements Serde<Change<V>> {
    private static final byte VERSION = 1;
    private static final byte[] NOTHING = {};
    private static final int HEAD_BYTES = 1 + Integer.BYTES + 1;

    private final Serde<V> values;

    ChangeSerde(Serde<V> values) {
        this.values = values;
    }

    @Override
    public byte[] serialize(String topic, Change<V> change) {
        V now = change.newValue();
        V before = change.oldValue();
        byte[] nowBytes = now == null ? NOTHING : values.serialize(topic, now).clone();
        byte[] beforeBytes = before == null ? NOTHING : values.serialize(topic, before);
        byte[] bytes = new byte[HEAD_BYTES + nowBytes.length + beforeBytes.length];
        ByteBuffer.wrap(bytes)
                .put(VERSION)
                .putInt(now == null ? -1 : nowBytes.length)
                .put((byte) (before == null ? 0 : 1))
                .put(nowBytes)
                .put(beforeBytes);
        return bytes;
    }

    @Override
    public Change<V> deserialize(String topic, ByteBuffer bytes) {
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalArgumentException("A change of format " + version + ", which this version does not know.");
        }
        int length = bytes.getInt();
        boolean hasBefore = bytes.get() == 1;
        V now = length < 0 ? null : values.deserialize(topic, slice(bytes, length));
        V before = hasBefore ? values.deserialize(topic, slice(bytes, bytes.remaining())) : null;
        return new Change<>(now, before);
    }

    private static ByteBuffer slice(ByteBuffer bytes, int length) {
        ByteBuffer part = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return part;
    }
}
