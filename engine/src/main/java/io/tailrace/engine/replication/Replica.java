package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.Recovery;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.Peers;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.QuorumSettings;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import io.tailrace.engine.replication.quorum.ReplicaDriver;
import io.tailrace.engine.replication.quorum.ReplicaFile;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Timers;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of a partition's files in this process: its log, its promise, its high watermark. What is decided is decided by
 * {@link QuorumReplica}; here it is the only voter of its log, which is the same with a quorum of one.
 *
 * <p>Safe for use by many threads. {@link #open} and {@link #close} do I/O on the caller's thread, all else on the executor.
 */
public final class Replica implements AutoCloseable {
    private final ReplicaDisk disk;
    private final Log log;
    private final Path directory;
    private final HighWatermark highWatermark = new HighWatermark();
    private final ReplicaDriver driver;
    private final Object closing = new Object();
    private final Object checkpointing = new Object();
    /** Who leads through this replica, if anybody does. */
    private volatile @Nullable QuorumLeadership leading;
    /** Why there is nothing to be had here any more: CLOSED or UNKNOWN_TOPIC; {@code null} while it is open. */
    private volatile @Nullable ErrorCode over;

    // Seen and changed by the driver's one step at a time only:

    private final Map<Long, CompletableFuture<Void>> pending = new HashMap<>();
    /** The one that holds, and before it the one whose end has still to be told. */
    private final Queue<CompletableFuture<Leadership>> nominations = new ArrayDeque<>();

    private @Nullable TailraceException failure;
    private long lastToken;

    private Replica(ReplicaDisk disk, Path directory, FlushMode flush, InstantSource clock, Executor io) {
        this.disk = disk;
        this.log = disk.log();
        this.directory = directory;
        QuorumReplica replica = new QuorumReplica(
                disk.self(), QuorumSettings.DEFAULTS.with(flush), disk.recovered(), clock, UUID::randomUUID);
        this.driver = new ReplicaDriver(replica, disk, io, Peers.NONE, Timers.SHARED, this::decided);
    }

    /**
     * Opens the files, or creates them for a log of which this is the only voter, and recovers the log.
     *
     * @param nodeId of the node on which a replica that is created lives
     * @param promises of the volume; the replica's name there is that of its directory
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, DISK_FULL, IO_FAILED
     */
    public static Replica open(
            String nodeId,
            FileStore files,
            Path directory,
            PromiseJournal promises,
            LogSettings settings,
            FlushMode flush,
            InstantSource clock,
            Executor io) {
        if (!ReplicaFile.exists(files, directory)) {
            // Also one from before there was this file: then every log had one voter.
            ReplicaId self = new ReplicaId(nodeId, UUID.randomUUID().toString());
            ReplicaFile.create(files, directory, self, new Voters(List.of(self), 0));
        }
        ReplicaDisk disk = ReplicaDisk.open(files, directory, promises, settings, clock);
        try {
            return new Replica(disk, directory, flush, clock, io);
        } catch (RuntimeException e) {
            disk.close();
            throw e;
        }
    }

    /**
     * Nominates this replica, anew if it leads already: a leadership that it gave before is over then. Done when a quorum has promised
     * the next epoch and has the epoch's barrier, which an empty log does not need; who reads is served from then on.
     *
     * <p>Fails with DISK_FULL, IO_FAILED, FENCED when somebody else is nominated, UNKNOWN_TOPIC after a deletion, CLOSED.
     */
    public CompletionStage<Leadership> lead() {
        CompletableFuture<Leadership> won = new CompletableFuture<>();
        driver.submit(() -> {
            TailraceException refusal = refusal();
            if (refusal != null) {
                won.completeExceptionally(refusal);
                return null;
            }
            nominations.add(won);
            return new Input.NominatedAnew();
        });
        return won;
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
            throw ended(reason);
        }
    }

    private TailraceException ended(ErrorCode reason) {
        String what = reason == ErrorCode.UNKNOWN_TOPIC
                ? "has been deleted with its topic: there is nothing to read or write."
                : "is closed: start the node again.";
        return new TailraceException(reason, "Partition " + directory.getFileName() + " " + what);
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
            highWatermark.end(ended(ErrorCode.UNKNOWN_TOPIC));
        }
    }

    private void close(ErrorCode reason) {
        synchronized (closing) {
            if (over == null) {
                over = reason;
                try {
                    driver.close();
                } finally {
                    driver.submit(() -> {
                        end(ended(reason));
                        return null;
                    });
                }
            }
        }
    }

    // --- what is decided; one at a time --------------------------------------------------------------------------

    private void decided(Output.Decision decision) {
        if (decision instanceof Output.Appended appended) {
            take(appended.token()).complete(null);
        } else if (decision instanceof Output.AppendRefused refused) {
            take(refused.token()).completeExceptionally(refusal(refused.code()));
        } else if (decision instanceof Output.AppendUnknown unknown) {
            take(unknown.token())
                    .completeExceptionally(lost("Its epoch is over; whether this is stored is not known."));
        } else if (decision instanceof Output.StartMoved done) {
            take(done.token()).complete(null);
        } else if (decision instanceof Output.StartRefused refused) {
            take(refused.token()).completeExceptionally(refusal(refused.code()));
        } else if (decision instanceof Output.StartUnknown unknown) {
            take(unknown.token())
                    .completeExceptionally(lost("Its epoch is over; whether the start moves is not known."));
        } else if (decision instanceof Output.HighWatermarkMoved moved) {
            moved(moved.highWatermark());
        } else if (decision instanceof Output.Leading begun) {
            leads(begun);
        } else if (decision instanceof Output.NominationOver ended) {
            nominationOver(ended.code() == ErrorCode.DISK_FULL ? full() : lost(ended.why()));
        } else if (decision instanceof Output.Alarm alarm) {
            end(stopped(alarm.what()));
        } else if (decision instanceof Output.RepairNeeded damage) {
            end(stopped(damage.what()));
        }
    }

    private CompletableFuture<Void> take(long token) {
        CompletableFuture<Void> done = pending.remove(token);
        return done == null ? new CompletableFuture<>() : done;
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
        pending.values().forEach(done -> done.completeExceptionally(why));
        pending.clear();
    }

    // --- why not -------------------------------------------------------------------------------------------------

    /** Why nothing is done here any more, if so. */
    private @Nullable TailraceException refusal() {
        ErrorCode reason = over;
        return reason != null ? ended(reason) : failure;
    }

    private TailraceException refusal(ErrorCode code) {
        return switch (code) {
            case DISK_FULL -> full();
            case FENCED -> fenced("Another epoch has begun.");
            case OFFSET_OUT_OF_RANGE ->
                new OffsetOutOfRangeException(
                        "The log in " + directory + " is committed up to " + highWatermark.offset()
                                + " and cannot begin behind that.",
                        startOffset(),
                        highWatermark.offset());
            case PARTITION_BUSY ->
                new TailraceException(
                        code,
                        "Partition " + directory.getFileName()
                                + " is writing as much as it may: send again after a pause.");
            default ->
                new TailraceException(
                        code,
                        "Partition " + directory.getFileName()
                                + " does not take this: it does not follow the log's end.");
        };
    }

    private TailraceException full() {
        return new TailraceException(
                ErrorCode.DISK_FULL,
                "The disk with " + directory + " is full, nothing was stored: free some space, writing resumes then.");
    }

    private TailraceException fenced(String why) {
        return new TailraceException(
                ErrorCode.FENCED, "Partition " + directory.getFileName() + " is not led by this writer: " + why);
    }

    /** Leading has ended, since the disk has failed or since somebody else leads. */
    private TailraceException lost(String why) {
        TailraceException failed = disk.failure();
        return failed == null ? fenced(why) : failed;
    }

    private TailraceException stopped(String why) {
        TailraceException failed = disk.failure();
        return failed == null
                ? new TailraceException(
                        ErrorCode.INTERNAL_ERROR,
                        "Partition " + directory.getFileName() + " has stopped, so as to do no harm: " + why
                                + ". Look into the node's log.")
                : failed;
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
            return ask(token -> new Input.Append(token, epoch, batches));
        }

        @Override
        public CompletionStage<Void> moveStart(long newStart) {
            return ask(token -> new Input.MoveStart(token, newStart));
        }

        private CompletionStage<Void> ask(LongFunction<Input> question) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            driver.submit(() -> {
                TailraceException refusal = leading == this ? refusal() : notLeading();
                if (refusal != null) {
                    done.completeExceptionally(refusal);
                    return null;
                }
                long token = ++lastToken;
                pending.put(token, done);
                return question.apply(token);
            });
            return done;
        }

        private TailraceException notLeading() {
            TailraceException refusal = refusal();
            return refusal != null ? refusal : lost("Epoch " + epoch + " is over.");
        }

        @Override
        public void ensureLeading() {
            ensureOpen();
            if (leading != this) {
                throw lost("Epoch " + epoch + " is over.");
            }
        }
    }
}
