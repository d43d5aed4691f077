package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What all replicas of a data directory have promised, durable before it is given (log-safety rules 1, 2 and 11). Whoever promises
 * while an fsync is under way waits for the next, which takes all that has come (group commit): a thousand partitions that elect at
 * once cost some fsyncs, not a thousand.
 *
 * <p>Two files, {@code promises-0} and {@code promises-1}, of {@link PromiseFrame}s; how they take turns is told in
 * {@link PromiseFiles}, how they are read in {@link PromiseRecovery}. Their room on the disk is taken ahead, so that a full disk stops
 * no promise but the first one of a new replica. Each opening is counted: the <em>start number</em> is durable when {@link #open}
 * returns, and tells what a replica said in one life from what it says in the next.
 *
 * <p>A failed write or fsync stops it for good, since nobody knows what is on the disk then; it is never tried again, and
 * all replicas of the volume have to stop. Safe for use by many threads; bounded by their number and by that of the replicas.
 */
public final class PromiseJournal implements AutoCloseable {
    private static final int CAPACITY_BYTES = 256 * 1024;
    /** In one life of the process: as many as fit below a start number, of which there are half a million million. */
    private static final long MAX_OPENINGS = (1 << 24) - 1;

    /** Below that a frame with one long name might not find room. */
    private static final int LEAST_CAPACITY_BYTES = 2048;

    private final Path directory;
    private final PromiseFiles files;
    private final long startNumber;
    private final Map<String, Promise> promises;
    /** What one promise of each replica takes on the disk. */
    private long promiseBytes;
    /** In the order in which they came; each belongs to a thread that waits. */
    private final Queue<Change> waiting = new ArrayDeque<>();
    /** Whether a thread is writing; all but {@link #files} is guarded by this object, {@link #files} is that thread's. */
    private boolean committing;

    private @Nullable TailraceException stopped;
    private long openings;

    private static final class Change {
        final String replica;
        final Promise promise;
        boolean done;

        @Nullable
        TailraceException failure;

        Change(String replica, Promise promise) {
            this.replica = replica;
            this.promise = promise;
        }

        int size() {
            return PromiseFrame.sizeOf(replica);
        }
    }

    private PromiseJournal(Path directory, PromiseFiles files, long startNumber, Map<String, Promise> promises) {
        this.directory = directory;
        this.files = files;
        this.startNumber = startNumber;
        this.promises = promises;
        this.promiseBytes = PromiseFiles.sizeOf(promises);
    }

    /**
     * Opens the journal, counts the start, and makes the journal if there is none. Blocking. Only one may be open at a time.
     *
     * @param mayBeNew whether there may never have been a journal here; else a missing one is a lost one
     * @throws TailraceException CORRUPT_LOG if promises are lost or damaged, and DATA_DIR_VERSION: nothing was touched then; DISK_FULL,
     *     IO_FAILED
     */
    public static PromiseJournal open(FileStore files, Path directory, boolean mayBeNew) {
        return open(files, directory, mayBeNew, CAPACITY_BYTES);
    }

    /** The same with other sizes: each file has at least so many bytes. */
    public static PromiseJournal open(FileStore files, Path directory, boolean mayBeNew, int capacityBytes) {
        int capacity = Math.max(capacityBytes, LEAST_CAPACITY_BYTES);
        try {
            PromiseRecovery found = PromiseRecovery.read(files, directory, mayBeNew);
            if (found == null) {
                PromiseFiles.create(files, directory);
                found = PromiseRecovery.read(files, directory, false);
            }
            if (found == null) {
                throw new IOException("what was just written is not there");
            }
            long start = found.startNumber() + 1;
            return new PromiseJournal(
                    directory, PromiseFiles.open(files, directory, capacity, found, start), start, found.promises());
        } catch (DiskFullException e) {
            throw full(directory, e);
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    /** What is wrong with the journal in that directory, in a line, or {@code null}; a missing one is right. Changes nothing. */
    public static @Nullable String problem(FileStore files, Path directory) throws IOException {
        try {
            PromiseRecovery.read(files, directory, true);
            return null;
        } catch (TailraceException e) {
            return e.getMessage();
        }
    }

    /** The names of its files. */
    public static List<String> fileNames() {
        return PromiseRecovery.NAMES;
    }

    /** How often the journal has been opened: durable, greater than ever before, and the same as long as it is open. */
    public long startNumber() {
        return startNumber;
    }

    /**
     * A number that is greater than all that this method ever returned: a replica that is closed and opened again in one life of the
     * process, for repair, says something else than before too.
     *
     * @throws TailraceException LIMIT_EXCEEDED after 16 million openings of replicas in one life of the process
     */
    public synchronized long nextReplicaStart() {
        if (openings > MAX_OPENINGS) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED, "Replicas have been opened too often: start the node again.");
        }
        return startNumber * (MAX_OPENINGS + 1) + openings++;
    }

    /** What the replica of that name has promised last, or {@link Promise#NONE}. */
    public synchronized Promise stored(String replica) {
        return promises.getOrDefault(replica, Promise.NONE);
    }

    /**
     * Stores a replica's promise; on return it survives a crash. Blocking. Promises of one replica take effect in the order of the
     * calls.
     *
     * @throws TailraceException DISK_FULL for a new replica, after which others go on; IO_FAILED and CLOSED, for good
     */
    public void store(String replica, Promise promise) {
        if (replica.getBytes(StandardCharsets.UTF_8).length > PromiseFrame.MAX_NAME_BYTES) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A replica's name has at most " + PromiseFrame.MAX_NAME_BYTES + " bytes, not as many as "
                            + replica);
        }
        commit(new Change(replica, promise));
    }

    /**
     * Forgets the promise of a replica that is gone for good. Blocking; nothing happens if there is none.
     *
     * @throws TailraceException IO_FAILED, CLOSED
     */
    public void forget(String replica) {
        if (!stored(replica).equals(Promise.NONE)) {
            commit(new Change(replica, Promise.NONE));
        }
    }

    // --- group commit ------------------------------------------------------------------------------------------------

    private void commit(Change change) {
        synchronized (this) {
            waiting.add(change);
        }
        for (List<Change> group = turn(change); !group.isEmpty(); group = turn(change)) {
            over(group, write(group));
        }
        if (change.failure != null) {
            throw change.failure;
        }
    }

    /** Waits until the change is done, or until it is this thread's turn to write: what to write then, or nothing. */
    private synchronized List<Change> turn(Change change) {
        awaitCommit(change);
        List<Change> group = new ArrayList<>();
        if (change.done) {
            return group;
        }
        if (stopped != null) {
            change.failure = stopped;
            waiting.remove(change);
            return group;
        }
        int bytes = PromiseFrame.HEADER_BYTES + Integer.BYTES;
        for (Change next = waiting.peek(); next != null; next = waiting.peek()) {
            bytes += next.size();
            if (bytes > files.maxFrameBytes() && !group.isEmpty()) {
                break;
            }
            group.add(waiting.remove());
        }
        committing = true;
        return group;
    }

    /** Waits while somebody writes, or until the change is done. */
    private synchronized void awaitCommit(@Nullable Change change) {
        boolean interrupted = false;
        while (committing && (change == null || !change.done)) {
            try {
                wait();
            } catch (InterruptedException e) {
                // What is under way cannot be taken back: the caller learns how it ends, and then of the interrupt.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void over(List<Change> group, @Nullable TailraceException failure) {
        if (failure != null && failure.code() != ErrorCode.DISK_FULL && stopped == null) {
            stopped = failure;
        }
        for (Change change : group) {
            change.done = true;
            if (change.failure == null) {
                change.failure = failure;
            }
            if (change.failure == null) {
                apply(change);
            }
        }
        committing = false;
        notifyAll();
    }

    private void apply(Change change) {
        boolean before = promises.containsKey(change.replica);
        PromiseFrame.apply(change.replica, change.promise, promises);
        boolean after = promises.containsKey(change.replica);
        promiseBytes += before == after ? 0 : after ? change.size() : -change.size();
    }

    /** Gets the group onto the disk, and says what kept it from that. Nobody else writes, or changes the promises, meanwhile. */
    private @Nullable TailraceException write(List<Change> group) {
        try {
            append(group);
            return null;
        } catch (DiskFullException e) {
            // A file system that takes new room for old bytes: nothing of it counts, and it is written over the next
            // time.
            return full(directory, e);
        } catch (IOException e) {
            return failed(directory, e);
        } catch (RuntimeException e) {
            return failed(directory, new IOException(e));
        }
    }

    private void append(List<Change> group) throws IOException {
        List<Map.Entry<String, Promise>> changed = new ArrayList<>();
        boolean hasRoom = reserve(group);
        for (Change change : group) {
            if (hasRoom || promises.containsKey(change.replica)) {
                changed.add(Map.entry(change.replica, change.promise));
            } else {
                change.failure = full(directory, null);
            }
        }
        if (changed.isEmpty()) {
            return;
        }
        PromiseFrame frame = PromiseFrame.promises(files.nextSequence(), changed);
        if (!files.hasRoomFor(frame)) {
            files.startOver(startNumber, promises);
            frame = PromiseFrame.promises(files.nextSequence(), changed);
        }
        files.append(frame);
    }

    private boolean reserve(List<Change> group) throws IOException {
        long fresh = group.stream()
                .filter(change -> !promises.containsKey(change.replica))
                .mapToLong(Change::size)
                .sum();
        try {
            if (fresh > 0) {
                files.reserve(promiseBytes + fresh);
            }
            return true;
        } catch (DiskFullException e) {
            return false;
        }
    }

    /** Closes the files; who still comes hears CLOSED. Blocking, idempotent. */
    @Override
    public synchronized void close() {
        if (stopped == null) {
            stopped = new TailraceException(ErrorCode.CLOSED, "The node is closing: start it again.");
        }
        awaitCommit(null);
        try {
            files.close();
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    private static TailraceException full(Path directory, @Nullable IOException cause) {
        return new TailraceException(
                ErrorCode.DISK_FULL,
                "No room for a new replica's promises in " + directory + ": free some space; it is tried again.",
                cause);
    }

    private static TailraceException failed(Path directory, IOException cause) {
        return new TailraceException(
                ErrorCode.IO_FAILED,
                "The promises in " + directory + " cannot be read or written (" + cause.getMessage()
                        + "): check the disk, then start again.",
                cause);
    }
}
