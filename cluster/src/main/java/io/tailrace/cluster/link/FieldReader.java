package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * Reads what {@link FieldWriter} wrote. Whatever does not fit, too few bytes, a length or a number out of its range, is a
 * {@link TailraceException} with SERIALIZATION_FAILED: bytes from elsewhere never cause anything else.
 */
public final class FieldReader {
    /** Names, paths and error texts; what is longer is no string of ours. */
    private static final int MAX_STRING_BYTES = 32 << 10;

    private final ByteBuffer bytes;
    private final String what;

    /**
     * Over these bytes, from their position on.
     *
     * @param what for the error
     */
    public FieldReader(ByteBuffer bytes, String what) {
        this.bytes = bytes;
        this.what = what;
    }

    /** A byte. */
    public int int8() {
        return need(Byte.BYTES).get();
    }

    /** A byte that has to be 0 or 1. */
    public boolean bool() {
        return below(2, int8()) == 1;
    }

    /** Four bytes. */
    public int int32() {
        return need(Integer.BYTES).getInt();
    }

    /** Four bytes of a number that is never negative. */
    public int count() {
        return below(Integer.MAX_VALUE, int32());
    }

    /** Eight bytes. */
    public long int64() {
        return need(Long.BYTES).getLong();
    }

    /** Eight bytes of a number that is never negative. */
    public long offset() {
        long value = int64();
        if (value < 0) {
            throw malformed("an offset of " + value);
        }
        return value;
    }

    /** Sixteen bytes. */
    public UUID uuid() {
        return new UUID(int64(), int64());
    }

    /** A length, of at most 32 KiB, and UTF-8. */
    public String string() {
        int length = below(MAX_STRING_BYTES + 1, int32());
        byte[] text = new byte[length];
        need(length).get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** A code by its name; one that only newer nodes know is INTERNAL_ERROR here. */
    public ErrorCode errorCode() {
        String name = string();
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return ErrorCode.INTERNAL_ERROR;
    }

    /** What is left, as a view of its own; nothing is left after that. */
    public ByteBuffer rest() {
        ByteBuffer rest = bytes.slice();
        bytes.position(bytes.limit());
        return rest;
    }

    /** A value by its place in a list. */
    public <E> E oneOf(List<E> values) {
        return values.get(below(values.size(), int8()));
    }

    /**
     * Nothing may be left.
     *
     * @throws TailraceException SERIALIZATION_FAILED
     */
    public void end() {
        if (bytes.hasRemaining()) {
            throw malformed(bytes.remaining() + " bytes too many");
        }
    }

    private int below(int limit, int value) {
        if (value < 0 || value >= limit) {
            throw malformed("a " + value + " where less than " + limit + " has to stand");
        }
        return value;
    }

    private ByteBuffer need(int length) {
        if (bytes.remaining() < length) {
            throw malformed("only " + bytes.remaining() + " bytes where " + length + " have to follow");
        }
        return bytes;
    }

    /** For the caller to throw. */
    public TailraceException malformed(String why) {
        return new TailraceException(
                ErrorCode.SERIALIZATION_FAILED,
                what + " does not fit its layout, it has " + why + ": it was damaged, or not written by a node.");
    }
}
