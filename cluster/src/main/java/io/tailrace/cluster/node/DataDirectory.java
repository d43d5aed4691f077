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
import org.jspecify.annotations.Nullable;

/**
 * The directory that a node owns, held against every other process while the node runs.
 *
 * <pre>
 *   tailrace.node      the version of the directory's format, and the node's id
 *   tailrace.lock      locked while a node runs
 *   partitions/        one directory per partition, named by id; the catalogue of topics is one of them
 *   quarantine/        directories that belonged to nothing, see the node's log; yours to look at and delete
 *   catalog            the topics, in version 1; left as it was when the directory was upgraded
 * </pre>
 *
 * <p>A directory of version 1 is upgraded once its topics are in the catalogue. A node that meets a version it does not know refuses to start and touches nothing.
 */
final class DataDirectory implements Closeable {
    private static final int MAGIC = 0x54524449;
    private static final String NODE_FILE = "tailrace.node";
    /** 2 has the catalogue in a partition; 1 had it in a file, which is taken over. */
    private static final int VERSION = 2;

    private static final int OLDER_VERSION = 1;

    private final FileStore files;
    private final Path path;
    private final Closeable lock;
    private final Identity identity;

    /** Who lives here, and since which version. */
    private record Identity(UUID nodeId, int version) {}

    private DataDirectory(FileStore files, Path path, Closeable lock, Identity identity) {
        this.files = files;
        this.path = path;
        this.lock = lock;
        this.identity = identity;
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
                return new DataDirectory(files, path, lock, identity(files, path.resolve(NODE_FILE)));
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

    private static Identity identity(FileStore files, Path file) throws IOException {
        Identity found = read(files, file);
        if (found != null) {
            return found;
        }
        if (files.exists(file)) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    file
                            + " is damaged, so whose directory this is cannot be told; nothing was touched: restore it from a copy.");
        }
        UUID fresh = UUID.randomUUID();
        write(files, file, fresh);
        return new Identity(fresh, VERSION);
    }

    private static @Nullable Identity read(FileStore files, Path file) throws IOException {
        int version = VERSION;
        ByteBuffer content;
        try {
            content = CheckedFile.read(files, file, MAGIC, VERSION);
        } catch (TailraceException e) {
            version = OLDER_VERSION;
            content = CheckedFile.read(files, file, MAGIC, OLDER_VERSION);
        }
        if (content == null || content.remaining() != 2 * Long.BYTES) {
            return null;
        }
        return new Identity(new UUID(content.getLong(), content.getLong()), version);
    }

    private static void write(FileStore files, Path file, UUID nodeId) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(2 * Long.BYTES);
        payload.putLong(nodeId.getMostSignificantBits())
                .putLong(nodeId.getLeastSignificantBits())
                .flip();
        CheckedFile.write(files, file, MAGIC, VERSION, payload);
    }

    /** Whether its topics are still in the file {@link #catalog}. */
    boolean isOfAnOlderVersion() {
        return identity.version() < VERSION;
    }

    /**
     * Says durably that the topics are in the catalogue now.
     *
     * @throws TailraceException IO_FAILED
     */
    void upgrade() {
        try {
            write(files, path.resolve(NODE_FILE), identity.nodeId());
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The data directory " + path + " cannot be upgraded (" + e.getMessage() + "): check the disk.",
                    e);
        }
    }

    Path path() {
        return path;
    }

    UUID nodeId() {
        return identity.nodeId();
    }

    Path quarantine() {
        return path.resolve("quarantine");
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
