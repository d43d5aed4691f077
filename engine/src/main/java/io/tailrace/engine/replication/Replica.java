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
import io.tailrace.engine.record.ControlRecords;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of a partition's files in this process: its log, its promise, its high watermark. Here it is the only voter of
 * its log, so its own promise is a quorum of one; everything else goes by the same rules as with many.
 *
 * <p>Blocking: {@link #open} and {@link #lead} do I/O on the caller's thread, appends on the executor.
 */
public final class Replica implements AutoCloseable {
    private final Log log;
    private final ReplicaPromise promises;
    private final Path directory;
    private final FlushMode flush;
    private final InstantSource clock;
    private final Executor io;
    private final HighWatermark highWatermark = new HighWatermark();
    private final Object writing = new Object();
    private int promisedEpoch;
    /** Why there is nothing to be had here any more: CLOSED or UNKNOWN_TOPIC; {@code null} while it is open. */
    private volatile @Nullable ErrorCode over;

    private Replica(
            Log log, ReplicaPromise promises, Path directory, FlushMode flush, InstantSource clock, Executor io) {
        this.log = log;
        this.promises = promises;
        this.directory = directory;
        this.flush = flush;
        this.clock = clock;
        this.io = io;
        this.promisedEpoch = promises.promisedEpoch();
    }

    /**
     * Opens the files, or creates them, and recovers the log.
     *
     * @param promises of the volume; the replica's name there is that of its directory
     * @throws TailraceException CORRUPT_LOG, IO_FAILED
     */
    public static Replica open(
            FileStore files,
            Path directory,
            PromiseJournal promises,
            LogSettings settings,
            FlushMode flush,
            InstantSource clock,
            Executor io) {
        Log log = Log.open(files, directory, settings, clock);
        try {
            return new Replica(log, ReplicaPromise.open(files, directory, promises), directory, flush, clock, io);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /**
     * Wins an election among one: promises the next epoch to the incarnation, durably, writes the epoch's barrier where the
     * log is not empty (an empty one needs none, so that the first record has offset 0), and commits it. If the log says that
     * its start was to move, the start moves before anybody is served.
     *
     * @param incarnation a random id of this attempt to lead, never of a node or a process
     * @throws TailraceException DISK_FULL, IO_FAILED; UNKNOWN_TOPIC after a deletion, CLOSED
     */
    public Leadership lead(UUID incarnation) {
        synchronized (writing) {
            ensureOpen();
            int epoch = Math.max(promisedEpoch, log.lastEpoch()) + 1;
            promises.promise(epoch, incarnation);
            promisedEpoch = epoch;
            long end = log.endOffset();
            if (end > 0) {
                log.append(
                        List.of(new PlacedBatch(ControlRecords.barrier(end, epoch, clock.millis()), end, epoch, -1)));
            }
            log.flush();
            log.announcedStart(log.endOffset()).ifPresent(log::advanceStartTo);
            highWatermark.advanceTo(log.endOffset());
            return new SoleLeadership(epoch);
        }
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

    /** Makes the recovery point durable, if the log has moved. Blocking. */
    public void checkpoint() {
        // Not under the writing lock: no append has to wait for it.
        if (over == null) {
            log.checkpoint();
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
        synchronized (writing) {
            if (over == null) {
                over = reason;
                log.close();
            }
        }
    }

    private final class SoleLeadership implements Leadership {
        private final int epoch;

        SoleLeadership(int epoch) {
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
            return CompletableFuture.runAsync(() -> write(batches), io);
        }

        private void write(List<PlacedBatch> batches) {
            long end;
            synchronized (writing) {
                ensureLeading();
                log.append(batches);
                if (flush == FlushMode.BATCH) {
                    log.flush();
                }
                end = log.endOffset();
            }
            highWatermark.advanceTo(end);
        }

        @Override
        public CompletionStage<Void> moveStart(long newStart) {
            return CompletableFuture.runAsync(() -> writeStart(newStart), io);
        }

        private void writeStart(long newStart) {
            synchronized (writing) {
                ensureLeading();
                long committed = highWatermark.offset();
                if (newStart > committed) {
                    throw new OffsetOutOfRangeException(
                            "The log in " + directory + " is committed up to " + committed + " and cannot begin at "
                                    + newStart + ".",
                            startOffset(),
                            committed);
                }
                // What an earlier attempt said and could not do, for lack of room, is not said again.
                long said = log.announcedStart(committed).orElse(-1);
                if (Math.max(said, startOffset()) < newStart) {
                    announce(newStart);
                }
                log.advanceStartTo(Math.max(said, newStart));
            }
        }

        private void announce(long newStart) {
            long at = log.endOffset();
            if (newStart == at) {
                // Everything goes: the control batch stands in a segment of its own, so that the one before can go.
                log.roll();
            }
            log.append(List.of(
                    new PlacedBatch(ControlRecords.logStart(at, epoch, clock.millis(), newStart), at, epoch, -1)));
            log.flush();
            highWatermark.advanceTo(log.endOffset());
        }

        @Override
        public void ensureLeading() {
            synchronized (writing) {
                ensureOpen();
                if (epoch != promisedEpoch) {
                    throw new TailraceException(
                            ErrorCode.FENCED, "Epoch " + epoch + " is over: epoch " + promisedEpoch + " leads now.");
                }
            }
        }
    }
}
