package io.tailrace.engine.log;

import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The file {@code cleaned-to}: below that offset no key stands twice (Kafka's {@code cleaner-offset-checkpoint}). A {@link CheckedFile} with
 * the payload
 *
 * <pre>
 *   offset int64
 * </pre>
 *
 * <p>A hint that saves work. Lost, damaged, or of another version it is 0: everything is looked at again. It is never larger than the log.
 */
final class CleanedTo {
    static final String NAME = "cleaned-to";

    private static final int MAGIC = 0x54524354;
    private static final int VERSION = 1;

    private CleanedTo() {}

    static long read(FileStore files, Path directory) throws IOException {
        try {
            ByteBuffer payload = CheckedFile.read(files, directory.resolve(NAME), MAGIC, VERSION);
            return payload == null || payload.remaining() != Long.BYTES ? 0 : Math.max(0, payload.getLong());
        } catch (TailraceException ofAnotherVersion) {
            return 0;
        }
    }

    static void write(FileStore files, Path directory, long offset) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(Long.BYTES).putLong(offset).flip();
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload);
    }

    /** Of a log that has lost what it had behind that offset; what comes in its place has not been looked at. */
    static void forgetBeyond(FileStore files, Path directory, long endOffset) throws IOException {
        if (read(files, directory) > endOffset) {
            files.delete(directory.resolve(NAME));
            files.syncDirectory(directory);
        }
    }
}
