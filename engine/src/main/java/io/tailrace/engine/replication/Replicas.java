package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The replicas whose files this process owns, each opened once: a second opening of the same files, by a second start of
 * a partition's actor, gets the same object and so meets the same checks (log-safety rule 3).
 *
 * <p>Each lies in a directory of its name. One that is deleted is moved aside first, to {@code <name>.deleted}, so that no crash
 * leaves half of it under its name.
 */
public final class Replicas implements AutoCloseable {
    private static final String DELETED = ".deleted";
    /** As many of one name as are ever put into quarantine; more says that something goes wrong again and again. */
    private static final int MAX_SET_ASIDE = 1000;

    private static final int CLOSERS = 16;

    private final Map<String, Replica> open = new ConcurrentHashMap<>();
    private final Set<String> deleting = ConcurrentHashMap.newKeySet();
    private final String nodeId;
    private final FileStore files;
    private final Path directory;
    private final PromiseJournal promises;
    private final FlushMode flush;
    private final InstantSource clock;
    private final Executor io;
    private volatile boolean closed;

    /** Work on files that may fail. */
    private interface FileWork {
        void run() throws IOException;
    }

    /**
     * The replicas beneath a directory.
     *
     * @param nodeId of the node that they live on, for good
     * @param promises what they have promised; not closed with them
     */
    public Replicas(
            String nodeId,
            FileStore files,
            Path directory,
            PromiseJournal promises,
            FlushMode flush,
            InstantSource clock,
            Executor io) {
        this.nodeId = nodeId;
        this.files = files;
        this.directory = directory;
        this.promises = promises;
        this.flush = flush;
        this.clock = clock;
        this.io = io;
    }

    /**
     * The replica of that name, opened if it is not yet, with these settings from now on. Blocking.
     *
     * @param name of its directory: ids only, never a topic's name
     * @throws TailraceException CORRUPT_LOG, IO_FAILED, UNKNOWN_TOPIC while it is being deleted, or CLOSED after
     *     {@link #close}
     */
    public Replica open(String name, LogSettings settings) {
        Replica replica = open.computeIfAbsent(name, absent -> {
            ensureOpen();
            ensureNotDeleting(name);
            return Replica.open(nodeId, files, directory.resolve(name), promises, settings, flush, clock, io);
        });
        if (closed) {
            replica.close();
            ensureOpen();
        }
        replica.changeSettings(settings);
        return replica;
    }

    /** The replica of that name, if it is open. */
    public Optional<Replica> find(String name) {
        return Optional.ofNullable(open.get(name));
    }

    /**
     * The names there are on the disk, open or not, in their order; none that is being deleted. Blocking.
     *
     * @throws TailraceException IO_FAILED
     */
    public List<String> names() {
        return directories().stream().filter(name -> !name.endsWith(DELETED)).toList();
    }

    /**
     * Deletes a replica and its files. Who reads, waits or writes there hears UNKNOWN_TOPIC (a leadership: FENCED or that). When
     * this returns, or the process ends on the way, the name is either untouched or gone for good; files that were left over
     * go with {@link #removeLeftovers}. Nothing happens if there is no such replica, or another call is deleting it. Blocking.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED
     */
    public void delete(String name) {
        if (!deleting.add(name)) {
            return;
        }
        try {
            // Waits for an opening under way; one that begins later finds the mark.
            Replica replica = open.remove(name);
            if (replica != null) {
                closeForDeletion(replica);
            }
            work(name, () -> {
                Path aside = directory.resolve(name + DELETED);
                files.deleteDirectory(aside);
                if (files.isDirectory(directory.resolve(name))) {
                    files.moveDirectory(directory.resolve(name), aside);
                }
                // After the log, which without its promise is damaged, and before what tells that there is something
                // left to do.
                promises.forget(name);
                files.deleteDirectory(aside);
            });
        } finally {
            deleting.remove(name);
        }
    }

    private static void closeForDeletion(Replica replica) {
        try {
            replica.closeForDeletion();
        } catch (TailraceException markOfACleanStopIsMissing) {
            // Nobody misses it in a directory that goes; the files are closed all the same.
            return;
        }
    }

    /**
     * Deletes what deletions that a crash interrupted have left. Blocking; for the node's start.
     *
     * @throws TailraceException IO_FAILED
     */
    public void removeLeftovers() {
        for (String name : directories()) {
            if (name.endsWith(DELETED)) {
                String deleted = name.substring(0, name.length() - DELETED.length());
                work(name, () -> {
                    if (!files.isDirectory(directory.resolve(deleted))) {
                        promises.forget(deleted);
                    }
                    files.deleteDirectory(directory.resolve(name));
                });
            }
        }
    }

    /**
     * Moves a replica that nobody knows, and that is not open, out of the way, with all its files and its promise; nothing of it is
     * deleted (log-safety rule 15). A name that is in quarantine already gets a number. Blocking; for the node's start.
     *
     * @param quarantine a directory on the same volume, made if needed
     * @return where it lies now
     * @throws TailraceException INVALID_ARGUMENT if it is open, DISK_FULL, IO_FAILED
     */
    public Path quarantine(String name, Path quarantine) {
        if (open.containsKey(name)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT, "Partition " + name + " is in use: it is not put into quarantine.");
        }
        List<Path> place = new ArrayList<>();
        work(name, () -> {
            files.createDirectories(quarantine);
            Promise promise = promises.stored(name);
            if (!promise.equals(Promise.NONE)) {
                new PromiseFile(files, directory.resolve(name)).write(promise);
            }
            place.add(freePlace(quarantine, name));
            files.moveDirectory(directory.resolve(name), place.get(0));
            promises.forget(name);
        });
        return place.get(0);
    }

    private Path freePlace(Path quarantine, String name) throws IOException {
        Path place = quarantine.resolve(name);
        for (int n = 1; files.exists(place); n++) {
            if (n > MAX_SET_ASIDE) {
                throw new IOException(quarantine + " has too many of that name: look into it and empty it");
            }
            place = quarantine.resolve(name + "." + n);
        }
        return place;
    }

    private List<String> directories() {
        List<String> found = new ArrayList<>();
        work("", () -> {
            if (!files.isDirectory(directory)) {
                return;
            }
            for (String name : files.list(directory)) {
                if (files.isDirectory(directory.resolve(name))) {
                    found.add(name);
                }
            }
        });
        found.sort(null);
        return found;
    }

    private void work(String name, FileWork work) {
        try {
            work.run();
        } catch (DiskFullException e) {
            throw new TailraceException(
                    ErrorCode.DISK_FULL,
                    "No room to move " + directory.resolve(name) + " away: free some space, then try again.",
                    e);
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The files in " + directory.resolve(name) + " cannot be listed, moved or deleted (" + e.getMessage()
                            + "): check the disk.",
                    e);
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new TailraceException(ErrorCode.CLOSED, "The node is closing: start it again.");
        }
    }

    private void ensureNotDeleting(String name) {
        if (deleting.contains(name)) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_TOPIC, "Partition " + name + " is being deleted with its topic.");
        }
    }

    /** Closes every log with its clean-stop mark. Blocking, idempotent. */
    @Override
    public void close() {
        closed = true;
        // Each waits for its own fsyncs; a thousand one after the other take seconds.
        ExecutorService closers = Executors.newFixedThreadPool(CLOSERS);
        try {
            CompletableFuture.allOf(open.values().stream()
                            .map(replica -> CompletableFuture.runAsync(replica::close, closers))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof TailraceException known ? known : e;
        } finally {
            closers.shutdown();
        }
    }
}
