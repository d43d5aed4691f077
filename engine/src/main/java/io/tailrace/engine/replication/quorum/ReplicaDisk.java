package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.OsFlushMark;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.ReplicatedLog;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.StandIn;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.ReplicaPromise;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Does a replica's I/O on its log, its promise, its snapshots and the file that says who votes. Blocking. One thread at a time may
 * write and read; flushes, promises and reads of snapshots may run beside it.
 */
public final class ReplicaDisk implements AutoCloseable {
    private final ReplicaFile identity;
    private final Log log;
    private final LogReader reader;
    private final ReplicaPromise promises;
    private final Promise promise;
    private final HighWatermarkCheckpoint checkpoint;
    /** What keeps in mind what may have been lost; {@code null} for a sole voter, who has nobody to get it from again. */
    private volatile @Nullable ReplicatedLog replicated;
    /** Makes a sole voter's log one with peers, before an entry is written that says so. */
    private final Supplier<ReplicatedLog> withPeers;
    /** The last append found no room; those asked for behind it do not follow the log's end. */
    private boolean full;

    private SnapshotStore snapshots = SnapshotStore.NONE;
    private volatile @Nullable TailraceException failure;

    private ReplicaDisk(
            ReplicaFile identity,
            Log log,
            ReplicaPromise promises,
            HighWatermarkCheckpoint checkpoint,
            @Nullable ReplicatedLog replicated,
            Supplier<ReplicatedLog> withPeers) {
        this.identity = identity;
        this.withPeers = withPeers;
        this.checkpoint = checkpoint;
        this.replicated = replicated;
        this.log = log;
        this.reader = log.newReader();
        this.promises = promises;
        this.promise = promises.stored();
    }

    /**
     * Opens the files of a replica that {@link ReplicaFile#create} has begun, and recovers the log; all of it is on the disk
     * then. What is damaged stops a sole voter. A replica that has peers puts it away, and abstains until it has caught up.
     *
     * @param journal of the volume's promises; the replica's name there is that of its directory. Not closed with the disk
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, DISK_FULL, IO_FAILED
     */
    public static ReplicaDisk open(
            FileStore files, Path directory, PromiseJournal journal, LogSettings settings, InstantSource clock) {
        return open(files, directory, journal, settings, clock, FlushMode.BATCH, "");
    }

    /**
     * The same where appends may count as soon as the kernel has them. After a stop of the machine that was not in order, a
     * replica that has peers abstains then (rule 10).
     *
     * @param flush when an append counts from now on
     * @param bootId of the machine, another after each of its starts
     * @throws TailraceException as above
     */
    public static ReplicaDisk open(
            FileStore files,
            Path directory,
            PromiseJournal journal,
            LogSettings settings,
            InstantSource clock,
            FlushMode flush,
            String bootId) {
        ReplicaFile identity = ReplicaFile.open(files, directory);
        OsFlushMark mark = OsFlushMark.read(files, directory, bootId);
        ReplicatedLog replicated =
                identity.isSoleVoter() ? null : openWithPeers(files, directory, settings, clock, mark.mayHaveLost());
        Log log = replicated == null ? Log.open(files, directory, settings, clock) : replicated.log();
        try {
            // A sole voter goes by what it has, whatever the machine did.
            mark.opened(flush == FlushMode.OS && replicated != null);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
        return open(files, directory, journal, identity, log, replicated, () -> {
            mark.opened(flush == FlushMode.OS);
            return ReplicatedLog.of(files, directory, log);
        });
    }

    private static ReplicaDisk open(
            FileStore files,
            Path directory,
            PromiseJournal journal,
            ReplicaFile identity,
            Log log,
            @Nullable ReplicatedLog replicated,
            Supplier<ReplicatedLog> withPeers) {
        try {
            ReplicaPromise promises = ReplicaPromise.open(files, directory, journal);
            HighWatermarkCheckpoint checkpoint = new HighWatermarkCheckpoint(files, directory);
            return new ReplicaDisk(identity, log, promises, checkpoint, replicated, withPeers);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /**
     * What the replica begins with.
     *
     * @throws TailraceException CORRUPT_LOG if the log has batches of an epoch that was never promised
     */
    public QuorumReplica.Recovered recovered() {
        if (promise.epoch() < log.lastEpoch()) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    "The log has epoch " + log.lastEpoch() + ", but only " + promise.epoch()
                            + " has been promised; nothing was touched: restore this replica from a copy.");
        }
        LogOutline outline = LogOutline.of(log);
        VoterHistory voters = identity.voters(log.endOffset());
        voters.beginAt(outline.base().offset());
        ReplicatedLog opened = replicated;
        boolean abstains = opened != null && opened.abstained();
        return new QuorumReplica.Recovered(
                outline, voters, promise, checkpoint.stored(), promises.startNumber(), abstains, log.tombstones());
    }

    /**
     * Writes down what bounds the work of the next start: how much of the log is on the disk, and the high watermark. About once a
     * second; one thread at a time, others may write and read meanwhile.
     *
     * @throws TailraceException DISK_FULL, after which everything goes on; IO_FAILED, CLOSED
     */
    public void checkpoint(long highWatermark) {
        log.checkpoint();
        checkpoint.store(highWatermark);
    }

    /** Whether nobody else votes or ever did, so that nothing can be got from anybody. */
    public boolean isSoleVoter() {
        return replicated == null;
    }

    /** Which replica this is. */
    public ReplicaId self() {
        return identity.self();
    }

    /** Damage just where the log begins is put away before anybody goes by it. */
    private static ReplicatedLog openWithPeers(
            FileStore files, Path directory, LogSettings settings, InstantSource clock, boolean mayHaveLost) {
        ReplicatedLog opened = ReplicatedLog.open(files, directory, settings, clock, mayHaveLost);
        long start = opened.log().startOffset();
        try {
            opened.log().placeAt(start);
            return opened;
        } catch (TailraceException e) {
            if (e.code() != ErrorCode.CORRUPT_LOG) {
                throw e;
            }
            opened.suspect(start);
            opened.log().close();
            return ReplicatedLog.open(files, directory, settings, clock, mayHaveLost);
        }
    }

    /** Where the snapshots of this replica lie; to be said before anything is performed. */
    public void snapshots(SnapshotStore store) {
        snapshots = store;
    }

    /** Which opening of the volume this is: durable, and greater than all before. */
    public long startNumber() {
        return promises.startNumber();
    }

    /**
     * Which of the files are damaged that are the replica's, and not the log's. Any thread.
     *
     * @throws TailraceException IO_FAILED
     */
    public List<LogDamage> damagedFiles() {
        List<LogDamage> found = new ArrayList<>();
        identity.damage().ifPresent(found::add);
        checkpoint.damage().ifPresent(found::add);
        return found;
    }

    /**
     * Writes one of those files again. Any thread.
     *
     * @return false if it is none of them
     * @throws TailraceException DISK_FULL, IO_FAILED
     */
    public boolean writeAgain(Path file) {
        return identity.writeAgain(file) || checkpoint.writeAgain(file);
    }

    /** Looks for damage in the log, slowly; it is the caller's to close. */
    public Scrub newScrub() {
        return new Scrub(log);
    }

    /** The log, to be read below the high watermark, and to be replayed by who leads. */
    public Log log() {
        return log;
    }

    /** What the last I/O that failed did so with, other than for lack of room: the replica has to stop. */
    public @Nullable TailraceException failure() {
        return failure;
    }

    /** Does that, and returns what the replica is to hear of it. */
    public Input perform(Output.Io io) {
        TailraceException earlier = failure;
        if (earlier != null) {
            return new Input.IoFailed(io.id(), earlier.code() + ": " + earlier.getMessage());
        }
        try {
            if (io instanceof Output.Read read) {
                return readDone(read);
            }
            if (io instanceof Output.AppendToLog append) {
                return append(append);
            }
            if (io instanceof Output.GiveUp) {
                return giveUp();
            }
            if (io instanceof Output.Locate locate) {
                return new Input.Located(locate.id(), log.placeAt(locate.offset()));
            }
            if (io instanceof Output.ReadSnapshot read) {
                return new Input.SnapshotRead(
                        read.id(), snapshots.read(read.offset(), read.position(), read.maxBytes()));
            }
            write(io);
            return new Input.IoDone(io.id());
        } catch (TailraceException e) {
            if (e.code() == ErrorCode.CORRUPT_LOG && replicated != null) {
                return damaged(e, firstTouched(io));
            }
            boolean goesOn = io instanceof Output.StorePromise
                    || io instanceof Output.AdvanceStart
                    || io instanceof Output.GiveUp;
            if (e.code() == ErrorCode.DISK_FULL && goesOn) {
                return new Input.NoRoom(io.id());
            }
            failure = e;
            return new Input.IoFailed(io.id(), e.code() + ": " + e.getMessage());
        }
    }

    private static long firstTouched(Output.Io io) {
        // The place of a cut is searched for from before it.
        return io instanceof Output.Read read ? read.offset() : 0;
    }

    /**
     * To be called by whoever meets damage in the log, a reader for example, of a replica that has peers. It is remembered durably
     * first.
     *
     * @param offset the damage is there or behind it
     * @return what the replica is to hear of it
     */
    public Input damaged(TailraceException what, long offset) {
        ReplicatedLog suspected = replicated;
        try {
            if (suspected != null) {
                suspected.suspect(offset);
            }
            return new Input.Damaged(offset, String.valueOf(what.getMessage()));
        } catch (TailraceException e) {
            return new Input.IoFailed(0, e.code() + ": " + e.getMessage());
        }
    }

    private Input append(Output.AppendToLog append) {
        PlacedBatch first = append.batches().get(0);
        if (full && first.baseOffset() != log.endOffset()) {
            return new Input.NoRoom(append.id());
        }
        try {
            identity.announce(append.batches());
            if (replicated == null && !identity.isSoleVoter()) {
                replicated = withPeers.get();
            }
            if (LogStarts.letsAllGo(first)) {
                log.roll();
            }
            log.continueFrom(first.baseOffset(), append.tombstones());
            log.append(append.batches());
        } catch (TailraceException e) {
            full = e.code() == ErrorCode.DISK_FULL;
            if (full) {
                return new Input.NoRoom(append.id());
            }
            throw e;
        }
        full = false;
        return new Input.IoDone(append.id());
    }

    private void write(Output.Io io) {
        if (io instanceof Output.AdvanceStart start) {
            // With what says so: what has been let go never comes back.
            log.flush();
            log.advanceStartTo(start.offset());
        } else if (io instanceof Output.Reset reset) {
            // In this order: without its snapshot the new log would be worth nothing.
            snapshots.store(reset.snapshotOffset(), reset.snapshot());
            identity.announce(reset.place().offset(), reset.voters());
            log.resetTo(reset.place());
            full = false;
        } else if (io instanceof Output.Truncate truncate) {
            log.truncateTo(truncate.offset());
        } else if (io instanceof Output.Flush) {
            log.flush();
        } else if (io instanceof Output.StorePromise store) {
            promises.promise(store.promise().epoch(), store.promise().to());
        } else if (io instanceof Output.EndAbstention) {
            endAbstention();
        }
    }

    private void endAbstention() {
        ReplicatedLog abstaining = replicated;
        if (abstaining != null) {
            abstaining.caughtUp();
        }
    }

    /** Compaction may be under way: what it has settled already, and what it is about to let go. */
    private Input readDone(Output.Read read) {
        long settled = log.tombstones().settledBelow();
        List<RecordBatch> batches = read(read);
        return new Input.ReadDone(
                read.id(), batches, new Tombstones(settled, log.tombstones().goneBelow()));
    }

    private Input giveUp() {
        ReplicatedLog stale = replicated;
        if (stale == null) {
            throw new TailraceException(ErrorCode.CORRUPT_LOG, "A sole voter has nobody to get its log from again.");
        }
        stale.giveUp();
        return new Input.Damaged(
                0,
                "it may have records that were deleted, and the tombstones are gone elsewhere: all of it comes anew");
    }

    private List<RecordBatch> read(Output.Read read) {
        long limit = Math.min(read.limitOffset(), log.endOffset());
        List<RecordBatch> batches = new ArrayList<>();
        if (read.offset() < limit) {
            // The start may lie inside of the batch that is asked for.
            long from = Math.max(read.offset(), log.startOffset());
            return beginningAt(read.offset(), checked(reader.read(from, read.maxBytes(), limit)));
        }
        return batches;
    }

    /** Where this log has been compacted, whoever asks may have a batch's end inside of what is one stand-in here. */
    private static List<RecordBatch> beginningAt(long offset, List<RecordBatch> batches) {
        if (!batches.isEmpty() && batches.get(0).isStandIn() && batches.get(0).baseOffset() < offset) {
            batches.set(0, StandIn.from(batches.get(0), offset));
        }
        return batches;
    }

    /**
     * The batches that a {@link LogReader} has read, each with its checksum: the reader checks only what that does not cover.
     *
     * @throws TailraceException CORRUPT_LOG if one of them is damaged
     */
    public static List<RecordBatch> checked(ByteBuffer bytes) {
        List<RecordBatch> batches = new ArrayList<>();
        while (bytes.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(bytes);
            bytes.position(bytes.position() + batch.sizeInBytes());
            if (!batch.checksumMatches()) {
                throw new TailraceException(
                        ErrorCode.CORRUPT_LOG,
                        "The batch at offset " + batch.baseOffset()
                                + " fails its checksum: this replica gets it from its peers again.");
            }
            batches.add(batch);
        }
        return batches;
    }

    /** Closes the log with its clean-stop mark. */
    @Override
    public void close() {
        reader.close();
        log.close();
    }
}
