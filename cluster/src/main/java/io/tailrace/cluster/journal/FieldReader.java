package io.tailrace.cluster.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Reads what {@link FieldWriter} wrote. */
final class FieldReader {
    private final ByteBuffer bytes;

    private FieldReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads all of a header's value.
     *
     * @param version the only one that is known; it is the first byte
     * @param what for the error
     * @throws TailraceException DATA_DIR_VERSION for another version, CORRUPT_LOG if the bytes do not fit the layout
     */
    static <T> T read(ByteBuffer bytes, int version, String what, Function<FieldReader, T> layout) {
        try {
            FieldReader reader = new FieldReader(bytes);
            int found = reader.int8();
            if (found != version) {
                throw new TailraceException(
                        ErrorCode.DATA_DIR_VERSION,
                        "A record " + what + " has version " + found + ", this program knows " + version
                                + ": use the program that wrote it, or a newer one.");
            }
            T value = layout.apply(reader);
            if (bytes.hasRemaining()) {
                throw malformed(what, null);
            }
            return value;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw malformed(what, e);
        }
    }

    private static TailraceException malformed(String what, @org.jspecify.annotations.Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG,
                "A record " + what + " does not fit its layout: it was not written here.",
                cause);
    }

    int int8() {
        return bytes.get();
    }

    int int32() {
        return bytes.getInt();
    }

    long int64() {
        return bytes.getLong();
    }

    byte[] bytes() {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] value = new byte[length];
        bytes.get(value);
        return value;
    }

    String string() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }
}
