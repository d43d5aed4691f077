package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The file {@code recovery-point}: everything below its offset had been fsynced when it was written (rule 14). A
 * {@link CheckedFile} with one field, {@code offset int64}.
 */
final class RecoveryPoint {
    static final String NAME = "recovery-point";

    private static final int MAGIC = 0x54525250;
    private static final int VERSION = 1;

    private RecoveryPoint() {}

    /** The offset, or nothing if the file is missing or damaged. */
    static OptionalLong read(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = CheckedFile.read(files, directory.resolve(NAME), MAGIC, VERSION);
        if (payload == null || payload.remaining() != Long.BYTES) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(payload.getLong());
    }

    static void write(FileStore files, Path directory, long offset) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(Long.BYTES).putLong(offset).flip();
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload);
    }
}
