package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code clean-stop}: the log was closed, all of it was on the disk, and this is how it ended. A {@link CheckedFile}
 * with {@code end offset int64, base offset of the last segment int64, size of the last segment int64}. It is gone, durably,
 * before the next append; missing or damaged it means an unclean start, which is always safe.
 *
 * @param endOffset the log's end
 * @param segment the last segment's base offset
 * @param size the last segment's size in bytes
 */
record CleanStop(long endOffset, long segment, long size) {
    static final String NAME = "clean-stop";

    private static final int MAGIC = 0x54524353;
    private static final int VERSION = 1;
    private static final int PAYLOAD_BYTES = 3 * Long.BYTES;

    static @Nullable CleanStop read(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = CheckedFile.read(files, directory.resolve(NAME), MAGIC, VERSION);
        if (payload == null || payload.remaining() != PAYLOAD_BYTES) {
            return null;
        }
        return new CleanStop(payload.getLong(), payload.getLong(), payload.getLong());
    }

    void write(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES)
                .putLong(endOffset)
                .putLong(segment)
                .putLong(size)
                .flip();
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload);
    }

    /** Removes the mark, durably. */
    static void remove(FileStore files, Path directory) throws IOException {
        files.delete(directory.resolve(NAME));
        files.syncDirectory(directory);
    }
}
