package io.tailrace.cluster.node;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.FileStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The directory that a node owns, held against every other process while the node runs.
 *
 * <pre>
 *   tailrace.node      the version of the directory's format, and the node's id
 *   tailrace.lock      locked while a node runs
 *   catalog            the topics
 *   partitions/        one directory per partition, named by id
 * </pre>
 *
 * <p>A node that meets a version it does not know refuses to start and touches nothing.
 */
final class DataDirectory implements Closeable {
    private static final int MAGIC = 0x54524449;
    private static final int VERSION = 1;

    private final Path path;
    private final UUID nodeId;
    private final Closeable lock;

    private DataDirectory(Path path, UUID nodeId, Closeable lock) {
        this.path = path;
        this.nodeId = nodeId;
        this.lock = lock;
    }

    /**
     * Takes a directory, or makes it.
     *
     * @throws TailraceException DATA_DIR_UNUSABLE, DATA_DIR_IN_USE, DATA_DIR_VERSION
     */
    static DataDirectory open(FileStore files, Path path) {
        try {
            files.createDirectories(path.resolve("partitions"));
            Closeable lock = files.tryLock(path.resolve("tailrace.lock"))
                    .orElseThrow(() -> new TailraceException(
                            ErrorCode.DATA_DIR_IN_USE,
                            "Another process uses the data directory " + path
                                    + ": stop it, or choose another tailrace.data-dir."));
            try {
                return new DataDirectory(path, nodeId(files, path.resolve("tailrace.node")), lock);
            } catch (RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_UNUSABLE,
                    "The data directory " + path + " cannot be written (" + e.getMessage()
                            + "): choose another tailrace.data-dir, or give this user the right to write there.",
                    e);
        }
    }

    private static UUID nodeId(FileStore files, Path file) throws IOException {
        ByteBuffer content = CheckedFile.read(files, file, MAGIC, VERSION);
        if (content != null && content.remaining() == 2 * Long.BYTES) {
            return new UUID(content.getLong(), content.getLong());
        }
        if (files.exists(file)) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    file
                            + " is damaged, so whose directory this is cannot be told; nothing was touched: restore it from a copy.");
        }
        UUID fresh = UUID.randomUUID();
        ByteBuffer payload = ByteBuffer.allocate(2 * Long.BYTES);
        payload.putLong(fresh.getMostSignificantBits())
                .putLong(fresh.getLeastSignificantBits())
                .flip();
        CheckedFile.write(files, file, MAGIC, VERSION, payload);
        return fresh;
    }

    Path path() {
        return path;
    }

    UUID nodeId() {
        return nodeId;
    }

    Path catalog() {
        return path.resolve("catalog");
    }

    Path partitions() {
        return path.resolve("partitions");
    }

    /** Gives the directory back. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
