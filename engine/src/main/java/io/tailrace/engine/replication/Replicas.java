package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.replication.quorum.ReplicaFile;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private final ReplicaHome home;
    private final FileStore files;
    private final Path directory;
    private final PromiseJournal promises;
    /** Held by whoever makes, opens or deletes files; whoever closes them waits for that, since the next process may come right after. */
    private final ReadWriteLock using = new ReentrantReadWriteLock();

    private volatile boolean closed;

    /** Work on files that may fail. */
    private interface FileWork {
        void run() throws IOException;
    }

    /** The replicas beneath a directory. */
    public Replicas(ReplicaHome home, Path directory) {
        this.home = home;
        this.files = home.files();
        this.directory = directory;
        this.promises = home.promises();
    }

    /**
     * Makes a replica of a log that begins with these voters, durably when it returns. Nothing happens if this very replica is there
     * already. Blocking.
     *
     * @param name of its directory, the same for this log on all nodes: ids only, never a topic's name
     * @param self on this node
     * @throws TailraceException INVALID_ARGUMENT if another replica has that name, UNKNOWN_TOPIC while one is being deleted,
     *     CORRUPT_LOG if one that has promised something was here and is lost, DATA_DIR_VERSION, DISK_FULL, IO_FAILED, CLOSED after
     *     {@link #close}
     */
    public void create(String name, ReplicaId self, Voters first) {
        whileOpen(() -> createFiles(name, self, first));
    }

    private void createFiles(String name, ReplicaId self, Voters first) {
        if (!self.nodeId().equals(home.nodeId())) {
            throw new IllegalArgumentException(self + " does not live on node " + home.nodeId());
        }
        ensureNotDeleting(name);
        Path place = directory.resolve(name);
        if (!ReplicaFile.exists(files, place)) {
            ensureNotLost(name);
            ReplicaFile.create(files, place, self, first);
            return;
        }
        ReplicaFile present = ReplicaFile.open(files, place);
        if (present.self().equals(self) && present.begins(first)) {
            return;
        }
        if (promises.stored(name).equals(Promise.NONE)) {
            // What has promised nothing has followed nobody, and stored nothing: left over from something that did not
            // come to be.
            delete(name);
            ReplicaFile.create(files, place, self, first);
            return;
        }
        throw new TailraceException(
                ErrorCode.INVALID_ARGUMENT,
                "In " + place + " there is replica " + present.self() + " of other voters than " + self + ", " + first
                        + ": nothing was touched.");
    }

    /**
     * Makes sure that there is a replica of a log which others have begun, durably when it returns: the one that is there, or one that
     * begins blank, without a say before the log names it a voter, under an id that none ever had (log-safety rule 15). So what is
     * gone, or cannot say who it was, comes back as another. Blocking.
     *
     * @param name of its directory
     * @param quarantine where goes what cannot say who it was, a directory on the same volume
     * @return which replica it is, the same however often it is asked for
     * @throws TailraceException UNKNOWN_TOPIC while one is being deleted, DATA_DIR_VERSION, DISK_FULL, IO_FAILED, INVALID_ARGUMENT, CLOSED
     *     after {@link #close}
     */
    public ReplicaId createBlank(String name, Path quarantine) {
        List<ReplicaId> made = new ArrayList<>();
        whileOpen(() -> made.add(createBlankFiles(name, quarantine)));
        return made.get(0);
    }

    private ReplicaId createBlankFiles(String name, Path quarantine) {
        ensureNotDeleting(name);
        Path place = directory.resolve(name);
        if (ReplicaFile.exists(files, place)) {
            try {
                return ReplicaFile.open(files, place).self();
            } catch (TailraceException e) {
                if (e.code() != ErrorCode.CORRUPT_LOG) {
                    throw e;
                }
            }
        }
        if (isThere(name)) {
            quarantine(name, quarantine);
        }
        ReplicaId blank = new ReplicaId(home.nodeId(), UUID.randomUUID().toString());
        ReplicaFile.create(files, place, blank, Voters.NONE);
        return blank;
    }

    private boolean isThere(String name) {
        boolean[] there = new boolean[1];
        work(name, () -> there[0] = files.isDirectory(directory.resolve(name)));
        return there[0];
    }

    /** What is gone without having been deleted must not come back blank, and vote (log-safety rule 15). */
    private void ensureNotLost(String name) {
        if (!promises.stored(name).equals(Promise.NONE)) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    "The replica in " + directory.resolve(name)
                            + " is gone, though it was not deleted: let this node in again as a new replica.");
        }
    }

    /**
     * The replica of that name, opened if it is not yet, with these settings from now on. Blocking.
     *
     * @param name of its directory: ids only, never a topic's name
     * @throws TailraceException CORRUPT_LOG, IO_FAILED, UNKNOWN_TOPIC while it is being deleted, CLOSED after {@link #close}, or
     *     PARTITION_UNAVAILABLE if there is none and other nodes may have it
     */
    public Replica open(String name, LogSettings settings) {
        using.readLock().lock();
        try {
            ensureOpen();
            Replica replica = open.computeIfAbsent(name, absent -> openAbsent(name, settings));
            replica.changeSettings(settings);
            return replica;
        } finally {
            using.readLock().unlock();
        }
    }

    /**
     * The replica of that name as it is, or opened as a log is that has no settings of its own yet. Blocking.
     *
     * @throws TailraceException as {@link #open}; UNKNOWN_TOPIC if there is none on the disk
     */
    public Replica openAsItIs(String name) {
        using.readLock().lock();
        try {
            ensureOpen();
            return open.computeIfAbsent(name, absent -> {
                ensureNotDeleting(name);
                if (!ReplicaFile.exists(files, directory.resolve(name))) {
                    throw new TailraceException(
                            ErrorCode.UNKNOWN_TOPIC, "Partition " + name + " is not here any more.");
                }
                return openFiles(name, LogSettings.DEFAULTS);
            });
        } finally {
            using.readLock().unlock();
        }
    }

    private Replica openAbsent(String name, LogSettings settings) {
        ensureNotDeleting(name);
        Path place = directory.resolve(name);
        if (!ReplicaFile.exists(files, place)) {
            ensureMayBeginAlone(name);
            // Also one from before there was this file: then every log had one voter.
            ReplicaId self = new ReplicaId(home.nodeId(), UUID.randomUUID().toString());
            ReplicaFile.create(files, place, self, new Voters(List.of(self), 0));
        }
        return openFiles(name, settings);
    }

    /**
     * Whoever has other nodes to ask must not take for new what may be there, or be gone from here: it would lead a log of its own.
     * What has files but no name is from before replicas had names.
     */
    private void ensureMayBeginAlone(String name) {
        if (isThere(name)) {
            return;
        }
        ensureNotLost(name);
        if (home.network() != ReplicaNetwork.NONE) {
            throw new TailraceException(
                    ErrorCode.PARTITION_UNAVAILABLE,
                    "There is no replica of partition " + name + " on this node: ask one of its voters.");
        }
    }

    private Replica openFiles(String name, LogSettings settings) {
        return Replica.open(
                home, directory.resolve(name), settings, () -> home.io().execute(() -> repair(name)));
    }

    /** Opened anew it puts away what is damaged, and gets it from its peers. */
    private void repair(String name) {
        using.readLock().lock();
        try {
            open.computeIfPresent(name, (same, broken) -> {
                broken.closeForRepair();
                return closed ? broken : openFiles(name, broken.settings());
            });
        } catch (TailraceException e) {
            home.listener().failed(name, "the repair, with the next start", e);
        } finally {
            using.readLock().unlock();
        }
    }

    /** The replicas that are open at the moment. */
    public List<Replica> opened() {
        return List.copyOf(open.values());
    }

    /** The names of those on the disk whose logs have or had more voters than one; one that cannot be read may. Blocking. */
    public List<String> namesWithPeers() {
        return names().stream().filter(this::mayHavePeers).toList();
    }

    private boolean mayHavePeers(String name) {
        Path place = directory.resolve(name);
        try {
            return ReplicaFile.exists(files, place)
                    && !ReplicaFile.open(files, place).isSoleVoter();
        } catch (TailraceException e) {
            return true;
        }
    }

    /** The replica of that name, if it is open, goes by these settings from now on. */
    public void changeSettings(String name, LogSettings settings) {
        Replica replica = open.get(name);
        if (replica != null) {
            replica.changeSettings(settings);
        }
    }

    /** Which replica has that name on the disk, open or not; {@code null} if none. Blocking. */
    public @Nullable ReplicaId stored(String name) {
        Path place = directory.resolve(name);
        return ReplicaFile.exists(files, place) ? ReplicaFile.open(files, place).self() : null;
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
     * @throws TailraceException DISK_FULL, IO_FAILED, CLOSED after {@link #close}
     */
    public void delete(String name) {
        delete(name, Replica::closeForDeletion);
    }

    /** The same for a replica that is none of its log's any more: who reads, waits or writes there hears PARTITION_UNAVAILABLE. */
    public void remove(String name) {
        delete(name, Replica::closeForRemoval);
    }

    private void delete(String name, Consumer<Replica> end) {
        whileOpen(() -> deleteFiles(name, end));
    }

    private void deleteFiles(String name, Consumer<Replica> end) {
        if (!deleting.add(name)) {
            return;
        }
        try {
            // Waits for an opening under way; one that begins later finds the mark.
            Replica replica = open.remove(name);
            if (replica != null) {
                close(replica, end);
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

    private static void close(Replica replica, Consumer<Replica> end) {
        try {
            end.accept(replica);
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
                whileOpen(() -> work(name, () -> {
                    if (!files.isDirectory(directory.resolve(deleted))) {
                        promises.forget(deleted);
                    }
                    files.deleteDirectory(directory.resolve(name));
                }));
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
        whileOpen(() -> work(name, () -> {
            files.createDirectories(quarantine);
            Promise promise = promises.stored(name);
            if (!promise.equals(Promise.NONE)) {
                new PromiseFile(files, directory.resolve(name)).write(promise);
            }
            place.add(freePlace(quarantine, name));
            files.moveDirectory(directory.resolve(name), place.get(0));
            promises.forget(name);
        }));
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

    /** Afterwards the files are another's. */
    private void whileOpen(Runnable work) {
        using.readLock().lock();
        try {
            ensureOpen();
            work.run();
        } finally {
            using.readLock().unlock();
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new TailraceException(ErrorCode.CLOSED, "The node is closing: start it again.");
        }
    }

    private void ensureNotDeleting(String name) {
        if (deleting.contains(name)) {
            throw new TailraceException(ErrorCode.UNKNOWN_TOPIC, "Partition " + name + " is being deleted here.");
        }
    }

    /**
     * Closes every log with its clean-stop mark, those too that are just being opened. When this returns nothing is made or deleted any
     * more. Blocking, idempotent.
     */
    @Override
    public void close() {
        using.writeLock().lock();
        try {
            closed = true;
        } finally {
            using.writeLock().unlock();
        }
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
