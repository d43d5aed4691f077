package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogCleaning;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.LogMending;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogScrub;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.OffsetMap;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.Recovery;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.LogPosition;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.QuorumSettings;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import io.tailrace.engine.replication.quorum.ReplicaDriver;
import io.tailrace.engine.replication.quorum.ReplicaFile;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Timers;
import io.tailrace.engine.replication.quorum.Voters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of a partition's files in this process: its log, its promise, its high watermark. What is decided is decided by
 * {@link QuorumReplica}, together with the replicas of the same log on other nodes; for the only voter of a log that is the same
 * with a quorum of one.
 *
 * <p>Safe for use by many threads. {@link #open} and {@link #close} do I/O on the caller's thread, all else on the executor.
 */
public final class Replica implements AutoCloseable {
    private final ReplicaHome home;
    private final ReplicaDisk disk;
    private final Log log;
    private final Path directory;
    private final SnapshotMaker snapshots;
    private final ReplicaErrors errors;
    private final Runnable repair;
    private final ReplicaFilesScrub files;
    private final HighWatermark highWatermark = new HighWatermark();
    private final QuorumReplica replica;
    private final ReplicaDriver driver;
    private final Object closing = new Object();
    private final Object checkpointing = new Object();
    private final AtomicBoolean makingSnapshot = new AtomicBoolean();
    /** The way to the others, and theirs to here; while the replica is being opened there is none, and messages get lost. */
    private volatile ReplicaNetwork.@Nullable Connection connection;
    /** Who leads through this replica, if anybody does. */
    private volatile @Nullable QuorumLeadership leading;
    /** Why there is nothing to be had here any more: CLOSED or UNKNOWN_TOPIC; {@code null} while it is open. */
    private volatile @Nullable ErrorCode over;

    // Seen and changed by the driver's one step at a time only:

    private final PendingRequests requests;
    /** The one that holds, and before it the one whose end has still to be told. */
    private final Queue<CompletableFuture<Leadership>> nominations = new ArrayDeque<>();

    private @Nullable TailraceException failure;

    private Replica(ReplicaHome home, ReplicaDisk disk, Path directory, SnapshotMaker snapshots, Runnable repair) {
        this.home = home;
        this.disk = disk;
        this.log = disk.log();
        this.directory = directory;
        this.snapshots = snapshots;
        this.errors = new ReplicaErrors(directory, disk);
        this.requests = new PendingRequests(errors, this::refusal);
        this.repair = repair;
        this.files = new ReplicaFilesScrub(home.files(), directory);
        QuorumSettings settings = QuorumSettings.DEFAULTS.with(home.flush());
        this.replica = new QuorumReplica(disk.self(), settings, disk.recovered(), home.clock(), UUID::randomUUID);
        if (!disk.isSoleVoter()) {
            // It serves readers what it knows to be committed before anybody leads.
            highWatermark.advanceTo(replica.highWatermark());
        }
        this.driver = new ReplicaDriver(replica, disk, home.io(), this::send, Timers.SHARED, this::decided);
    }

    /**
     * Opens the files that {@link ReplicaFile#create} has begun, and recovers the log. A replica that has peers hears them from then on.
     *
     * @param directory its name is the log's, the same on all nodes
     * @param repair is run, on any thread, when damage has been met: the replica is of no use then, and opening it anew repairs it
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, DISK_FULL, IO_FAILED
     */
    public static Replica open(ReplicaHome home, Path directory, LogSettings settings, Runnable repair) {
        ReplicaDisk disk = ReplicaDisk.open(
                home.files(), directory, home.promises(), settings, home.clock(), home.flush(), home.bootId());
        try {
            SnapshotMaker snapshots = home.snapshots().apply(directory);
            disk.snapshots(snapshots);
            Replica replica = new Replica(home, disk, directory, snapshots, repair);
            replica.connect();
            return replica;
        } catch (RuntimeException e) {
            disk.close();
            throw e;
        }
    }

    private void connect() {
        if (!disk.isSoleVoter()) {
            driver.step(new Input.SnapshotStored(snapshots.newestOffset()));
        }
        connection = home.network().connect(log(), disk.self(), driver::receive);
    }

    private String log() {
        return directory.getFileName().toString();
    }

    private void send(ReplicaId to, Message message) {
        ReplicaNetwork.Connection way = connection;
        if (way != null) {
            way.send(to, message);
        }
    }

    /**
     * Nominates this replica, anew if it leads already: a leadership that it gave before is over then. Done when a quorum has promised
     * the next epoch and has the epoch's barrier, which an empty log does not need; who reads is served from then on. As long as
     * no quorum can be reached it is neither done nor failed.
     *
     * <p>Fails with DISK_FULL, IO_FAILED, FENCED when somebody else leads or is nominated, PARTITION_UNAVAILABLE when it may not lead,
     * or should not since its log is far behind, UNKNOWN_TOPIC after a deletion, CLOSED.
     */
    public CompletionStage<Leadership> lead(Nomination nomination) {
        CompletableFuture<Leadership> won = new CompletableFuture<>();
        driver.submit(() -> {
            TailraceException refusal = refusal();
            if (refusal != null) {
                won.completeExceptionally(refusal);
                return null;
            }
            nominations.add(won);
            return nomination.input();
        });
        return won;
    }

    /** Which replica this is. */
    public ReplicaId self() {
        return disk.self();
    }

    /** Whether nobody else votes or ever did. */
    public boolean isSoleVoter() {
        return disk.isSoleVoter();
    }

    /**
     * Who votes, and up to where each replica has the log on its disk, by who leads.
     *
     * @param voters by the log's newest word, committed or not
     * @param committed whether that word is committed, and so holds for good
     * @param ends of learners too; empty where nobody leads through this replica
     * @param live the other replicas, learners too, that the leader has heard lately
     */
    public record Status(Voters voters, boolean committed, Map<ReplicaId, Long> ends, Set<ReplicaId> live) {}

    /** How the log's replicas stand, at one moment. */
    public CompletionStage<Status> status() {
        CompletableFuture<Status> told = new CompletableFuture<>();
        driver.submit(() -> {
            told.complete(new Status(
                    replica.voters(), replica.areVotersCommitted(), replica.replicaEnds(), replica.liveReplicas()));
            return null;
        });
        return told;
    }

    /**
     * What an operator looks at who has to choose one of several replicas.
     *
     * @param votes whether it has a say in elections; not while it may have lost what it has acknowledged
     * @param position where its log ends: of two the greater one has more
     * @param highWatermark up to where it knows that all is committed; 0 if it knows of nothing
     */
    public record Standing(boolean votes, boolean leads, LogPosition position, long highWatermark) {}

    /** How this replica stands by itself, at one moment. Fails as {@link #ensureOpen}, or with what it has stopped for. */
    public CompletionStage<Standing> standing() {
        CompletableFuture<Standing> told = new CompletableFuture<>();
        driver.submit(() -> {
            TailraceException refusal = refusal();
            if (refusal == null) {
                told.complete(new Standing(
                        !replica.abstains(), leading != null, replica.position(), replica.highWatermark()));
            } else {
                told.completeExceptionally(refusal);
            }
            return null;
        });
        return told;
    }

    /**
     * Lets this replica vote though it may have lost what it has acknowledged: for an operator who has no quorum of others (log-safety
     * rule 12). What only the others had, or it itself before, is lost then. Done when that is on the disk.
     *
     * <p>Fails with INVALID_ARGUMENT if it votes anyway, IO_FAILED, CLOSED, UNKNOWN_TOPIC.
     */
    public CompletionStage<Standing> recoverUncleanly() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        driver.submit(() -> {
            TailraceException refusal = refusal();
            if (refusal != null) {
                done.completeExceptionally(refusal);
                return null;
            }
            return new Input.UncleanRecovery(requests.change(done));
        });
        return done.thenCompose(recovered -> standing());
    }

    /** Whether it leads at this moment, as far as it knows. */
    public boolean isLeading() {
        return leading != null;
    }

    /** What opening the log found. */
    public Recovery recovery() {
        return log.recovery();
    }

    /** Where the files lie. */
    public Path directory() {
        return directory;
    }

    /** The committed offset and who waits for it. */
    public HighWatermark highWatermark() {
        return highWatermark;
    }

    /** The first offset that is still there. */
    public long startOffset() {
        return log.startOffset();
    }

    /** A reader of the log; it is the caller's to close, and to read below the high watermark only. */
    public LogReader newReader() {
        return log.newReader();
    }

    /** First committed record at or after that time. Blocking. */
    public OptionalLong offsetForTimestamp(long timestampMillis) {
        return log.offsetForTimestamp(timestampMillis, highWatermark.offset());
    }

    /** Makes the recovery point durable, and the high watermark known to the next start, if they have moved. Blocking. */
    public void checkpoint() {
        // Not while another, which a slow disk has kept; no append waits for it.
        synchronized (checkpointing) {
            if (over == null) {
                disk.checkpoint(Math.max(0, highWatermark.offset()));
            }
        }
    }

    /**
     * Makes a snapshot as of the high watermark, unless one is being made. Blocking.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED; CORRUPT_LOG
     */
    public void makeSnapshot() {
        if (makingSnapshot.compareAndSet(false, true)) {
            try {
                long made = snapshots.make(
                        log, Math.max(0, highWatermark.offset()), home.clock().millis());
                driver.step(new Input.SnapshotStored(made));
            } finally {
                makingSnapshot.set(false);
            }
        }
    }

    /**
     * Whether the log is to be compacted. Blocking.
     *
     * @throws TailraceException IO_FAILED, DISK_FULL, CLOSED
     */
    public Log.Dirt dirt() {
        ensureOpen();
        return log.dirt(home.clock().millis(), Math.max(0, highWatermark.offset()), this::tombstonesMayGoBelow);
    }

    /**
     * Begins to compact the log below the newest snapshot, having made one as of the high watermark. Each replica does that with its
     * own files; what readers see is the same. Tombstones go below where all replicas have compacted what they delete: who has not, and
     * lags, would never hear of it (decision 41). {@link #compacted} follows when it is done. Blocking.
     *
     * @param map to work with, nobody else's meanwhile
     * @param maxProducers of so many idempotent producers the last batches stay
     * @throws TailraceException IO_FAILED, DISK_FULL, CORRUPT_LOG, CLOSED
     */
    public LogCleaning newCleaning(OffsetMap map, int maxProducers) {
        ensureOpen();
        makeSnapshot();
        long limit = Math.min(Math.max(0, highWatermark.offset()), snapshots.newestOffset());
        long tombstonesBelow = tombstonesMayGoBelow();
        return log.newCleaning(
                map, new LogCleaning.Bounds(home.clock().millis(), limit, tombstonesBelow, maxProducers));
    }

    /** Compaction is done: what has come of it is told to the others. Any thread. */
    public void compacted() {
        driver.step(new Input.Compacted(log.tombstones().settledBelow()));
    }

    /** Below that offset tombstones may go whose time is over, as far as is known here. Blocking, not for long. */
    public long tombstonesMayGoBelow() {
        CompletableFuture<Long> told = new CompletableFuture<>();
        driver.submit(() -> {
            told.complete(replica.tombstonesMayGoBelow());
            return null;
        });
        return told.join();
    }

    /** How many bytes have been appended since it was opened. */
    public long appendedBytes() {
        return log.appendedBytes();
    }

    /**
     * Deletes the files below the log's start that nobody needs any more, having made a snapshot that makes them superfluous. For a
     * replica that does not lead; blocking.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED, CORRUPT_LOG, CLOSED
     */
    public void deleteSegmentsBelowStart() {
        ensureOpen();
        makeSnapshot();
        log.deleteSegmentsBelow(snapshots.newestOffset());
    }

    private void snapshotWanted() {
        home.io().execute(() -> {
            try {
                if (over == null) {
                    makeSnapshot();
                }
            } catch (TailraceException e) {
                home.listener().failed(log(), "a snapshot", e);
            }
        });
    }

    /**
     * Begins a copy of its files, which go on.
     *
     * @param target a directory for them alone
     */
    public ReplicaCopy newCopy(Path target) {
        ensureOpen();
        return new ReplicaCopy(
                home.files(), directory, target, log.newCopy(target, () -> Math.max(0, highWatermark.offset())));
    }

    /** A reader has met damage at that offset or behind it. */
    public void damaged(TailraceException what, long offset) {
        if (!disk.isSoleVoter()) {
            home.io().execute(() -> driver.step(disk.damaged(what, offset)));
        }
    }

    /** Looks for damage in all files of the log; it is the caller's to close. */
    public LogScrub newLogScrub() {
        return log.newScrub();
    }

    /** What is damaged of the files beside the log: snapshots, who votes, the high watermark. Blocking. */
    public List<LogDamage> damagedFiles() {
        try {
            List<LogDamage> found = new ArrayList<>(files.look());
            found.addAll(disk.damagedFiles());
            return found;
        } catch (IOException e) {
            throw errors.unreadable(e);
        }
    }

    /**
     * Puts a peer's committed batches where records are damaged: see {@link LogMending#putRecords}.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED, CLOSED, CORRUPT_LOG
     */
    public boolean putRecords(LogDamage damage, ByteBuffer batches) {
        ensureOpen();
        return log.mending().putRecords(damage, batches);
    }

    /**
     * Makes again what is damaged and can be told from elsewhere: an index, a small file.
     *
     * @return whether it is good now
     * @throws TailraceException DISK_FULL, IO_FAILED, CLOSED; CORRUPT_LOG if the records are damaged too
     */
    public boolean makeAgain(LogDamage damage) {
        ensureOpen();
        if (ReplicaFilesScrub.isSnapshot(damage.file())) {
            try {
                return files.mend(damage.file());
            } catch (IOException e) {
                throw errors.unreadable(e);
            }
        }
        return disk.writeAgain(damage.file()) || log.mending().makeAgain(damage);
    }

    /** How its log is kept at the moment. */
    LogSettings settings() {
        return log.settings();
    }

    /** Takes other settings from now on. */
    void changeSettings(LogSettings settings) {
        log.changeSettings(settings);
    }

    /**
     * Returns while the replica may be used.
     *
     * @throws TailraceException UNKNOWN_TOPIC if it has been deleted, CLOSED
     */
    public void ensureOpen() {
        ErrorCode reason = over;
        if (reason != null) {
            throw errors.ended(reason);
        }
    }

    /** Closes the log with its clean-stop mark. Idempotent; blocking. */
    @Override
    public void close() {
        close(ErrorCode.CLOSED);
    }

    /**
     * Closes it because its files are about to go: whoever waits for the high watermark, reads or writes hears UNKNOWN_TOPIC.
     * What was being written ends first. Blocking.
     */
    void closeForDeletion() {
        try {
            close(ErrorCode.UNKNOWN_TOPIC);
        } finally {
            highWatermark.end(errors.ended(ErrorCode.UNKNOWN_TOPIC));
        }
    }

    /** Closes it because it is none of its log's replicas any more: whoever waits or reads hears PARTITION_UNAVAILABLE. Blocking. */
    void closeForRemoval() {
        closeForRepair();
    }

    /** Closes it because it is about to be opened anew: whoever waits or reads hears PARTITION_UNAVAILABLE. Blocking. */
    void closeForRepair() {
        try {
            close(ErrorCode.PARTITION_UNAVAILABLE);
        } finally {
            highWatermark.end(errors.ended(ErrorCode.PARTITION_UNAVAILABLE));
        }
    }

    private void close(ErrorCode reason) {
        synchronized (closing) {
            if (over == null) {
                over = reason;
                ReplicaNetwork.Connection way = connection;
                if (way != null) {
                    way.close();
                }
                try {
                    driver.close();
                } finally {
                    driver.submit(() -> {
                        end(errors.ended(reason));
                        return null;
                    });
                }
            }
        }
    }

    // --- what is decided; one at a time --------------------------------------------------------------------------

    private void decided(Output.Decision decision) {
        if (decision instanceof Output.UncleanlyRecovered recovered) {
            home.listener().recoveredUncleanly(log(), recovered.position(), recovered.highWatermark());
        }
        if (requests.answered(decision)) {
            return;
        }
        if (decision instanceof Output.SnapshotWanted) {
            snapshotWanted();
        } else if (decision instanceof Output.HighWatermarkMoved moved) {
            moved(moved.highWatermark());
        } else if (decision instanceof Output.Leading begun) {
            leads(begun);
        } else if (decision instanceof Output.NominationOver ended) {
            nominationOver(errors.notLeading(ended));
        } else if (decision instanceof Output.Alarm alarm) {
            end(errors.stopped(alarm.what()));
        } else if (decision instanceof Output.RepairNeeded damage) {
            home.listener().damaged(log(), damage.offset(), damage.what());
            end(errors.stopped(damage.what()));
            repair.run();
        } else if (decision instanceof Output.AbstentionOver) {
            home.listener().caughtUp(log());
        }
    }

    /** Nobody is served while an epoch is being opened: how far it has come then is told when it is open. */
    private void moved(long committed) {
        if (nominations.isEmpty() || leading != null) {
            highWatermark.advanceTo(committed);
        }
    }

    private void leads(Output.Leading begun) {
        QuorumLeadership leadership = new QuorumLeadership(begun.epoch());
        leading = leadership;
        highWatermark.advanceTo(begun.highWatermark());
        CompletableFuture<Leadership> won = nominations.peek();
        if (won != null) {
            won.complete(leadership);
        }
    }

    private void nominationOver(TailraceException why) {
        leading = null;
        CompletableFuture<Leadership> won = nominations.poll();
        if (won != null) {
            won.completeExceptionally(why);
        }
    }

    /** Nothing comes any more of what has been asked for. */
    private void end(TailraceException why) {
        failure = why;
        leading = null;
        nominations.forEach(won -> won.completeExceptionally(why));
        nominations.clear();
        requests.end(why);
    }

    // --- why not -------------------------------------------------------------------------------------------------

    /** Why nothing is done here any more, if so. */
    private @Nullable TailraceException refusal() {
        ErrorCode reason = over;
        return reason != null ? errors.ended(reason) : failure;
    }

    private TailraceException refusal(ErrorCode code) {
        return code == ErrorCode.OFFSET_OUT_OF_RANGE
                ? new OffsetOutOfRangeException(
                        "The log in " + directory + " is committed up to " + highWatermark.offset()
                                + " and cannot begin behind that.",
                        startOffset(),
                        highWatermark.offset())
                : errors.refusal(code);
    }

    /** One leadership of this replica. */
    private final class QuorumLeadership implements Leadership {
        private final int epoch;

        QuorumLeadership(int epoch) {
            this.epoch = epoch;
        }

        @Override
        public int epoch() {
            return epoch;
        }

        @Override
        public Log log() {
            return log;
        }

        @Override
        public CompletionStage<Void> append(List<PlacedBatch> batches) {
            return ask(requests::change, token -> new Input.Append(token, epoch, batches));
        }

        @Override
        public CompletionStage<Void> moveStart(long newStart) {
            return ask(requests::change, token -> new Input.MoveStart(token, newStart));
        }

        @Override
        public CompletionStage<Void> learn(ReplicaId other) {
            return ask(requests::change, token -> new Input.Learn(token, other));
        }

        @Override
        public CompletionStage<Void> changeVoter(ReplicaId other, boolean votes) {
            return ask(
                    requests::change,
                    token -> votes ? new Input.AddVoter(token, other) : new Input.RemoveVoter(token, other));
        }

        @Override
        public CompletionStage<Long> committedOffset() {
            return ask(requests::read, Input.CheckedRead::new);
        }

        private <T> CompletionStage<T> ask(ToLongFunction<CompletableFuture<T>> entry, LongFunction<Input> question) {
            CompletableFuture<T> done = new CompletableFuture<>();
            driver.submit(() -> {
                TailraceException refusal = leading == this ? refusal() : notLeading();
                if (refusal != null) {
                    done.completeExceptionally(refusal);
                    return null;
                }
                return question.apply(entry.applyAsLong(done));
            });
            return done;
        }

        private TailraceException notLeading() {
            TailraceException refusal = refusal();
            return refusal != null ? refusal : errors.lost("Epoch " + epoch + " is over.");
        }

        @Override
        public void ensureLeading() {
            ensureOpen();
            if (leading != this) {
                throw errors.lost("Epoch " + epoch + " is over.");
            }
        }
    }
}
