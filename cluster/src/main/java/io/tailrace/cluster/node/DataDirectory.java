package io.tailrace.cluster.node;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.replication.PromiseJournal;
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
 *   promises-0, -1     what the partitions have promised: the two files of a PromiseJournal
 *   partitions/        one directory per partition, named by id; the catalogue of topics is one of them
 *   quarantine/        directories that belonged to nothing, see the node's log; yours to look at and delete
 *   catalog            the topics, in version 1; left as it was when the directory was upgraded
 * </pre>
 *
 * <p>A directory of version 1 is upgraded once its topics are in the catalogue, one of version 2 when it has a journal of promises,
 * which takes over a partition's {@code promise} file when the partition is opened. A node that meets a version it does not know
 * refuses to start and touches nothing.
 */
final class DataDirectory implements Closeable {
    private static final int MAGIC = 0x54524449;
    private static final String NODE_FILE = "tailrace.node";
    /** Has the promises of all partitions in one journal. */
    private static final int VERSION = 3;
    /** Had a file of its own for each partition's promise. */
    private static final int PROMISE_FILES_VERSION = 2;
    /** Had the catalogue in a file as well. */
    private static final int CATALOG_FILE_VERSION = 1;

    private final FileStore files;
    private final Path path;
    private final Closeable lock;
    private final Identity identity;
    private final PromiseJournal promises;

    /** Who lives here, and since which version. */
    private record Identity(UUID nodeId, int version) {}

    private DataDirectory(FileStore files, Path path, Closeable lock, Identity identity, PromiseJournal promises) {
        this.files = files;
        this.path = path;
        this.lock = lock;
        this.identity = identity;
        this.promises = promises;
    }

    /**
     * Takes a directory, or makes it.
     *
     * @throws TailraceException DATA_DIR_UNUSABLE, DATA_DIR_IN_USE, DATA_DIR_VERSION, CORRUPT_LOG, DISK_FULL, IO_FAILED
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
                return open(files, path, lock);
            } catch (IOException | RuntimeException e) {
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

    /** The journal of promises comes before the version that says that there is one, so a crash between does not look like a loss. */
    private static DataDirectory open(FileStore files, Path path, Closeable lock) throws IOException {
        Path file = path.resolve(NODE_FILE);
        Identity found = read(files, file);
        if (found == null && files.exists(file)) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    file
                            + " is damaged, so whose directory this is cannot be told; nothing was touched: restore it from a copy.");
        }
        Identity identity = found == null ? new Identity(UUID.randomUUID(), VERSION) : found;
        boolean mayLackJournal = found == null || found.version() < VERSION;
        PromiseJournal promises = PromiseJournal.open(files, path, mayLackJournal);
        try {
            if (found == null || found.version() == PROMISE_FILES_VERSION) {
                write(files, file, identity.nodeId());
            }
        } catch (IOException | RuntimeException e) {
            promises.close();
            throw e;
        }
        return new DataDirectory(files, path, lock, identity, promises);
    }

    private static @Nullable Identity read(FileStore files, Path file) throws IOException {
        for (int version = VERSION; ; version--) {
            try {
                ByteBuffer content = CheckedFile.read(files, file, MAGIC, version);
                return content == null || content.remaining() != 2 * Long.BYTES
                        ? null
                        : new Identity(new UUID(content.getLong(), content.getLong()), version);
            } catch (TailraceException e) {
                if (version == CATALOG_FILE_VERSION) {
                    throw e;
                }
            }
        }
    }

    private static void write(FileStore files, Path file, UUID nodeId) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(2 * Long.BYTES);
        payload.putLong(nodeId.getMostSignificantBits())
                .putLong(nodeId.getLeastSignificantBits())
                .flip();
        CheckedFile.write(files, file, MAGIC, VERSION, payload);
    }

    /** Whether its topics are still in the file {@link #catalog}. */
    boolean hasCatalogFile() {
        return identity.version() == CATALOG_FILE_VERSION;
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

    /** What the partitions have promised; closed with the directory. */
    PromiseJournal promises() {
        return promises;
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
        try {
            promises.close();
        } finally {
            lock.close();
        }
    }
}
