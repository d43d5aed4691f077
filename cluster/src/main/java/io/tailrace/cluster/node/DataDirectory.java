package io.tailrace.cluster.node;

import io.tailrace.cluster.formation.Founder;
import io.tailrace.cluster.formation.Membership;
import io.tailrace.cluster.formation.MembershipStore;
import io.tailrace.cluster.formation.NodeAddress;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.replication.PromiseJournal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The directory that a node owns, held against every other process while the node runs.
 *
 * <pre>
 *   tailrace.node      the version of the directory's format, the node's id, and its cluster: see NodeFile
 *   tailrace.lock      locked while a node runs
 *   promises-0, -1     what the partitions have promised: the two files of a PromiseJournal
 *   partitions/        one directory per partition, named by id; the catalogue of topics is one of them
 *   quarantine/        directories that belonged to nothing, see the node's log; yours to look at and delete
 *   catalog            the topics, in version 1; left as it was when the directory was upgraded
 * </pre>
 *
 * <p>A directory of version 1 is upgraded once its topics are in the catalogue, one of version 2 or 3 at its first start, when it
 * has a journal of promises, which takes over a partition's {@code promise} file when the partition is opened. A node that
 * meets a version it does not know refuses to start and touches nothing.
 */
final class DataDirectory implements MembershipStore, Closeable {
    private static final String NODE_FILE = "tailrace.node";

    private final FileStore files;
    private final Path path;
    private final Closeable lock;
    private final PromiseJournal promises;
    private volatile NodeFile node;
    private volatile boolean onDisk;

    private DataDirectory(
            FileStore files, Path path, Closeable lock, NodeFile node, boolean onDisk, PromiseJournal promises) {
        this.files = files;
        this.path = path;
        this.lock = lock;
        this.node = node;
        this.onDisk = onDisk;
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

    /**
     * The journal of promises comes before the version that says that there is one, which {@link #settle} writes, so a crash
     * between does not look like a loss.
     */
    private static DataDirectory open(FileStore files, Path path, Closeable lock) throws IOException {
        Path file = path.resolve(NODE_FILE);
        boolean onDisk = files.exists(file);
        NodeFile node = onDisk ? NodeFile.read(files, file) : NodeFile.fresh();
        if (node == null) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    file
                            + " is damaged, so whose directory this is cannot be told; nothing was touched: restore it from a copy.");
        }
        boolean mayLackJournal = !onDisk || node.version() < NodeFile.WITH_PROMISE_JOURNAL;
        PromiseJournal promises = PromiseJournal.open(files, path, mayLackJournal);
        return new DataDirectory(files, path, lock, node, onDisk, promises);
    }

    /** Whether its topics are still in the file {@link #catalog}. */
    boolean hasCatalogFile() {
        return node.version() == NodeFile.WITH_CATALOG_FILE;
    }

    /**
     * Says durably that the topics are in the catalogue now.
     *
     * @throws TailraceException IO_FAILED
     */
    void upgrade() {
        write(node.membership());
    }

    /**
     * Says durably who lives here, before anybody else hears of it. A directory of an older version belongs to a node that was
     * alone, which is a cluster of one from now on; so does a blank one if it is to be alone.
     *
     * @param alone whether a blank node is to be a cluster of its own
     * @param self the node, as the founder of such a cluster
     * @throws TailraceException IO_FAILED, DATA_DIR_UNUSABLE
     */
    void settle(boolean alone, NodeAddress self, String name) {
        boolean older = node.version() < NodeFile.VERSION;
        if (hasCatalogFile() && !alone) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_UNUSABLE,
                    "The data directory " + path
                            + " is of the first version: start it once without tailrace.cluster.seeds, which upgrades it.");
        }
        if (older || (alone && membership().state() == Membership.State.BLANK)) {
            Founder founder = new Founder(nodeId(), self, name);
            store(Membership.member(UUID.randomUUID(), List.of(founder)));
        } else if (!onDisk) {
            refuseOrphans();
            write(membership());
        }
    }

    /** Partitions without a node file may be anybody's: they must not get into a cluster. */
    private void refuseOrphans() {
        try {
            if (!files.list(partitions()).isEmpty()) {
                throw new TailraceException(
                        ErrorCode.CORRUPT_LOG,
                        path.resolve(NODE_FILE)
                                + " is missing, so whose partitions these are cannot be told; nothing was touched: restore it from a copy.");
            }
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_UNUSABLE,
                    "The data directory " + path + " cannot be read (" + e.getMessage()
                            + "): choose another tailrace.data-dir.",
                    e);
        }
    }

    @Override
    public Membership membership() {
        return node.membership();
    }

    /** What is to be so from now on; written at once, but for a directory whose topics have to be taken over first. */
    @Override
    public void store(Membership membership) {
        if (hasCatalogFile()) {
            node = new NodeFile(node.nodeId(), membership, node.version());
        } else {
            write(membership);
        }
    }

    private void write(Membership membership) {
        NodeFile next = new NodeFile(node.nodeId(), membership, NodeFile.VERSION);
        try {
            next.write(files, path.resolve(NODE_FILE));
            node = next;
            onDisk = true;
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The data directory " + path + " cannot be written (" + e.getMessage() + "): check the disk.",
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
        return node.nodeId();
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
