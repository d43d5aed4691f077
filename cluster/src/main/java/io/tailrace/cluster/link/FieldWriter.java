package io.tailrace.cluster.link;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Writes the fields of a message, big-endian; a string is its length in bytes as int32 and its UTF-8. Grows as needed. */
public final class FieldWriter {
    private static final int FIRST_BYTES = 256;

    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES);

    /** One byte. */
    public FieldWriter int8(int value) {
        room(Byte.BYTES).put((byte) value);
        return this;
    }

    /** 0 or 1. */
    public FieldWriter bool(boolean value) {
        return int8(value ? 1 : 0);
    }

    /** One byte: the place of a value in a list whose order never changes. */
    public <E> FieldWriter oneOf(List<E> values, E value) {
        return int8(values.indexOf(value));
    }

    /** Four bytes. */
    public FieldWriter int32(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    /** Eight bytes. */
    public FieldWriter int64(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    /** Sixteen bytes. */
    public FieldWriter uuid(UUID value) {
        return int64(value.getMostSignificantBits()).int64(value.getLeastSignificantBits());
    }

    /** Length and UTF-8. */
    public FieldWriter string(String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        int32(text.length);
        room(text.length).put(text);
        return this;
    }

    /** The bytes there are, without a length. */
    public FieldWriter raw(ByteBuffer value) {
        room(value.remaining()).put(value.duplicate());
        return this;
    }

    /** What has been written, in an array of its own. */
    public byte[] toBytes() {
        byte[] written = new byte[bytes.position()];
        bytes.get(0, written);
        return written;
    }

    private ByteBuffer room(int needed) {
        if (bytes.remaining() < needed) {
            int size = Math.max(bytes.capacity() * 2, Math.addExact(bytes.position(), needed));
            bytes = ByteBuffer.allocate(size).put(bytes.flip());
        }
        return bytes;
    }
}
