package io.tailrace.cluster.journal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Writes the fields of a record's header, big-endian; a string is its length in bytes as int32 and its UTF-8. */
final class FieldWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    private final DataOutputStream out = new DataOutputStream(bytes);

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    FieldWriter int8(int value) {
        return write(() -> out.writeByte(value));
    }

    FieldWriter int32(int value) {
        return write(() -> out.writeInt(value));
    }

    FieldWriter int64(long value) {
        return write(() -> out.writeLong(value));
    }

    FieldWriter bytes(byte[] value) {
        return write(() -> {
            out.writeInt(value.length);
            out.write(value);
        });
    }

    FieldWriter string(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private FieldWriter write(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }
}
