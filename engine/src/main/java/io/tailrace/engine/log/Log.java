package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of one partition: record batches in the order of their offsets, in segment files of a directory of its own.
 *
 * <pre>
 *   00000000000000000000.log     record batches v2 and nothing else, so that Kafka's segment dump reads it
 *   00000000000000000000.index   where to find offsets, times and sequence numbers in it ({@link IndexFile})
 *   leader-epochs                at which offsets epochs and segments begin ({@link EpochIndex})
 *   log-start                    where the log begins ({@link LogStart})
 *   log-reset                    the log is beginning anew, seldom there ({@link LogReset})
 *   recovery-point               what was on the disk about a second ago ({@link RecoveryPoint})
 *   clean-stop                   the log was closed, and how it ended ({@link CleanStop})
 *   cleaned-to                   how far it has been compacted ({@link CleanedTo})
 *   tombstones                   which of them may be gone ({@link TombstoneMarks})
 *   segment-swap                 compaction exchanges segments, seldom there ({@link SegmentSwap})
 * </pre>
 *
 * <p>One thread at a time may append and truncate; any thread may flush, checkpoint and read meanwhile, and readers never
 * wait for anybody. A write that fails is undone. When the disk is full the log goes on and can be appended to again when
 * there is room; any other failure to write, and every failed fsync, stops it for good, since nobody knows then what is on
 * the disk. Reading goes on in either case.
 */
public final class Log implements AutoCloseable {
    private final Path directory;
    private final Recovery recovery;
    private final SegmentChain chain;
    private final TombstoneMarks tombstones;
    /** Held by who compacts; taken before the others. */
    private final ReentrantLock cleaning = new ReentrantLock();
    /** Held by who appends, truncates or exchanges segments; an append waits for it for that alone, it has no rival by contract. */
    private final ReentrantLock writing = new ReentrantLock();
    /** Held by who forces or writes the small files; taken after {@link #writing}. */
    private final ReentrantLock flushing = new ReentrantLock();
    /** Whether somebody appends, which two never do at a time. */
    private final AtomicBoolean appending = new AtomicBoolean();

    private final AtomicLong appendedBytes = new AtomicLong();
    /** That was begun last; guarded by {@link #cleaning}. */
    private @Nullable LogCleaning pass;

    private volatile @Nullable TailraceException failure;
    private volatile boolean closing;
    private volatile boolean closed;

    private Log(Path directory, Recovery recovery, SegmentChain chain, TombstoneMarks tombstones) {
        this.directory = directory;
        this.recovery = recovery;
        this.chain = chain;
        this.tombstones = tombstones;
    }

    /**
     * Opens the log in that directory, or creates it, and recovers what a crash left.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG} if acknowledged bytes are damaged (nothing is deleted then),
     *     {@link ErrorCode#IO_FAILED}, {@link ErrorCode#DISK_FULL}, {@link ErrorCode#DATA_DIR_VERSION}
     */
    public static Log open(FileStore files, Path directory, LogSettings settings, InstantSource clock) {
        return open(files, directory, settings, clock, RecoveryScan.Trust.SOLE);
    }

    /**
     * The same for a replica that has peers to get from again what is damaged.
     *
     * @param suspectOffset from there on everything is checked
     * @throws DamagedLogException where the good part ends
     */
    static Log openWithPeers(
            FileStore files, Path directory, LogSettings settings, InstantSource clock, long suspectOffset) {
        return open(files, directory, settings, clock, new RecoveryScan.Trust(true, suspectOffset));
    }

    private static Log open(
            FileStore files, Path directory, LogSettings settings, InstantSource clock, RecoveryScan.Trust trust) {
        try {
            RecoveryScan.Recovered found = RecoveryScan.run(files, directory, settings, trust);
            SegmentChain chain = new SegmentChain(files, directory, settings, clock, found);
            TombstoneMarks tombstones = TombstoneMarks.open(files, directory, chain.endOffset());
            return new Log(directory, found.recovery(), chain, tombstones);
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Opening", e);
        }
    }

    /** What opening found, for the caller to report. */
    public Recovery recovery() {
        return recovery;
    }

    /**
     * The offset below which nothing is read any more; the end in a log without records. It may lie inside of a batch, which
     * then comes whole.
     */
    public long startOffset() {
        return chain.startOffset();
    }

    /** The offset after the last record appended. */
    public long endOffset() {
        return chain.endOffset();
    }

    /** Everything below is on the disk. */
    public long flushedOffset() {
        return chain.flushedOffset();
    }

    /** What lies below is known to a start to have been on the disk: written down by {@link #checkpoint}. */
    public long recoveryPoint() {
        return chain.recoveryPoint();
    }

    /** The epoch of the last batch, or -1 in an empty log. */
    public int lastEpoch() {
        return chain.epochs().lastEpoch();
    }

    /** The sequence number of the newest data batch, or 0 without any. Control batches have none. */
    public long lastSequenceNr() {
        return chain.lastSequence();
    }

    /**
     * The sequence number of the oldest data batch that is still there, which a replay can begin at; one more than
     * {@link #lastSequenceNr} without any.
     */
    public long firstSequenceNr() {
        return chain.segments().iterator().next().baseSequence() + 1;
    }

    /** How many bytes of batches have been appended since the log was opened. */
    public long appendedBytes() {
        return appendedBytes.get();
    }

    /**
     * Appends the batches, all or none. Not durable before {@link #flush()}. A segment is closed, and a new one begun, if it
     * would grow beyond its size or its first batch was appended too long ago (by the clock; for a segment that was there
     * when the log was opened, by the timestamp of its first batch, if that is in the past).
     *
     * @param batches contiguous with the end and among themselves, of epochs that never go back
     * @throws TailraceException {@link ErrorCode#DISK_FULL}: nothing was stored, appending may go on later;
     *     {@link ErrorCode#IO_FAILED}: the log has stopped; {@link ErrorCode#INVALID_ARGUMENT}; {@link ErrorCode#CLOSED}
     * @throws IllegalStateException if another thread is appending
     */
    public void append(List<PlacedBatch> batches) {
        beginWriting();
        try {
            ensureWritable();
            if (batches.isEmpty()) {
                return;
            }
            long bytes = PlacedBatch.requireContiguous(batches, endOffset(), lastEpoch());
            long nextOffset = batches.get(batches.size() - 1).nextOffset();
            chain.removeCleanStopWithNextAppend();
            if (chain.mustRoll(bytes, nextOffset)) {
                beginSegment();
            }
            chain.append(batches);
            appendedBytes.addAndGet(bytes);
        } catch (IOException e) {
            throw stopped("Appending", e);
        } finally {
            endWriting();
        }
    }

    /**
     * Lets the log begin at that offset from now on, durably, then visibly: reads below it answer
     * {@link ErrorCode#OFFSET_OUT_OF_RANGE}, and a look-up by time passes over it. The start never goes back; nothing happens
     * if it is there already or beyond. It may lie inside of a segment, and inside of a batch: that batch comes whole, and who
     * decodes it steps over the records below. Files go by {@link #deleteSegmentsBelow} only. Any thread.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_ARGUMENT} above the log's end, {@link ErrorCode#DISK_FULL},
     *     {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public void advanceStartTo(long offset) {
        flushing.lock();
        try {
            ensureWritable();
            if (offset > endOffset()) {
                throw LogErrors.invalid("The log ends at " + endOffset() + ", it cannot begin at " + offset + ".");
            }
            chain.advanceStart(offset);
        } catch (IOException e) {
            throw stopped("Moving the log's start", e);
        } finally {
            flushing.unlock();
        }
    }

    /**
     * Deletes the closed segments that lie wholly below the log's start and below the limit. Readers that are in one
     * meanwhile get {@link ErrorCode#OFFSET_OUT_OF_RANGE}. Any thread.
     *
     * @param limitOffset what a replay from the newest snapshot still needs begins here
     * @return how many bytes that freed
     * @throws TailraceException {@link ErrorCode#DISK_FULL}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public long deleteSegmentsBelow(long limitOffset) {
        flushing.lock();
        try {
            ensureWritable();
            return chain.deleteSegmentsBelow(limitOffset);
        } catch (IOException e) {
            throw stopped("Deleting segments", e);
        } finally {
            flushing.unlock();
        }
    }

    /**
     * Where the log should begin by that retention: the base offset of a segment, or the log's end if even the newest record
     * has expired (then {@link #roll} first, so that the segment can go), never above the committed offset, never below
     * {@link #startOffset()}; that also while segments are exchanged or cut. Reads nothing from the disk.
     *
     * @param nowMillis by the clock, milliseconds since 1970
     * @param committedOffset the high watermark
     */
    public long retainedFrom(Retention retention, long nowMillis, long committedOffset) {
        int exchanges = chain.truncations();
        long from = new LogRetention(chain, retention, nowMillis, committedOffset).retainedFrom();
        // While segments are exchanged some are there twice: what has expired can wait, what is deleted is gone.
        return exchanges % 2 == 0 && exchanges == chain.truncations() ? from : startOffset();
    }

    /**
     * The greatest start that the {@link io.tailrace.engine.record.ControlType#LOG_START} batches below the limit announce
     * and that {@link #advanceStartTo} has not made yet; nothing if there is none. Survives every restart.
     *
     * @param limitOffset the committed offset
     */
    public OptionalLong announcedStart(long limitOffset) {
        return chain.announcedStart(limitOffset);
    }

    /**
     * The last place between two batches that is not behind that offset: where a log may be cut, or another one begin anew. For
     * the thread that appends.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public LogPlace placeAt(long offset) {
        // Not while segments are exchanged.
        writing.lock();
        try {
            ensureOpen();
            return chain.placeAt(offset);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Searching", e);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Gives up everything that the log has and lets it begin anew at that place, empty, durably: a follower that has nothing in
     * common any more with what its leader still has (rule 16). A crash leaves the old log or the new beginning. Readers
     * below get {@link ErrorCode#OFFSET_OUT_OF_RANGE}.
     *
     * @throws TailraceException {@link ErrorCode#DISK_FULL}: nothing has changed; {@link ErrorCode#IO_FAILED},
     *     {@link ErrorCode#CLOSED}
     */
    public void resetTo(LogPlace place) {
        writing.lock();
        flushing.lock();
        try {
            ensureWritable();
            LogReset.begin(chain.files(), directory, place);
            giveUp(place);
        } catch (IOException e) {
            throw stopped("Beginning anew", e);
        } finally {
            flushing.unlock();
            writing.unlock();
        }
    }

    private void giveUp(LogPlace place) {
        try {
            chain.reset(place);
        } catch (IOException | RuntimeException e) {
            throw poisoned("Beginning anew", e);
        }
    }

    /** The moves of the start that the log announces and {@link #advanceStartTo} has not made yet: starts by their batch's offset. */
    public NavigableMap<Long, Long> announcedStarts() {
        NavigableMap<Long, Long> announced = new TreeMap<>();
        chain.announcedStarts().forEach(each -> announced.put(each.offset(), each.start()));
        return announced;
    }

    /** Where each epoch begins, from that of the last record below the first segment on: offsets by epoch. */
    public NavigableMap<Integer, Long> epochStarts() {
        return chain.epochs().starts();
    }

    /** The settings that it goes by. */
    public LogSettings settings() {
        return chain.settings();
    }

    /** Takes other settings from now on; what is on the disk stays as it is. Any thread. */
    public void changeSettings(LogSettings settings) {
        chain.changeSettings(settings);
    }

    /**
     * Closes the active segment and begins a new one, unless it is empty. For the thread that appends.
     *
     * @throws TailraceException as {@link #append} does
     * @throws IllegalStateException if another thread is appending
     */
    public void roll() {
        beginWriting();
        try {
            ensureWritable();
            if (!chain.activeIsEmpty()) {
                chain.removeCleanStop();
                beginSegment();
            }
        } catch (IOException e) {
            throw stopped("Beginning a segment", e);
        } finally {
            endWriting();
        }
    }

    private void beginWriting() {
        if (!appending.compareAndSet(false, true)) {
            throw new IllegalStateException("Two threads append to " + directory + ": a log has one writer");
        }
        writing.lock();
    }

    private void endWriting() {
        writing.unlock();
        appending.set(false);
    }

    private void beginSegment() throws IOException {
        flushing.lock();
        try {
            chain.roll();
        } finally {
            flushing.unlock();
        }
    }

    /**
     * Returns when everything appended before the call is on the disk. Readers are not kept waiting, nor an append unless it
     * begins a segment; of several callers at once most find their work done.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}: the log has stopped for good, a failed fsync is never repeated;
     *     {@link ErrorCode#CLOSED}
     */
    public void flush() {
        long target = endOffset();
        flushing.lock();
        try {
            ensureWritable();
            if (flushedOffset() < target) {
                chain.flush();
            }
        } catch (IOException e) {
            throw stopped("fsync", e);
        } finally {
            flushing.unlock();
        }
    }

    /**
     * Writes down durably how much is on the disk, which bounds what a start after a crash has to read, and the index entries
     * that are not in their file yet.
     *
     * @throws TailraceException {@link ErrorCode#DISK_FULL}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public void checkpoint() {
        flushing.lock();
        try {
            ensureWritable();
            chain.checkpoint();
        } catch (IOException e) {
            throw stopped("Writing the recovery point", e);
        } finally {
            flushing.unlock();
        }
    }

    // --- compaction --------------------------------------------------------------------------------------------------

    /**
     * What a look at the log's dirt found.
     *
     * @param ratio what share of the bytes that may be compacted has not been yet, 0 to 1
     * @param isDue whether it is to be compacted, by its settings
     * @param bytes how many have not been compacted yet
     * @param bytesToWrite the most that compaction writes before it gives as many or more free
     */
    public record Dirt(double ratio, boolean isDue, long bytes, long bytesToWrite) {
        static final Dirt NONE = new Dirt(0, false, 0, 0);
    }

    /**
     * Whether there is something to compact, or a tombstone to let go. Closes the segment that is written to if it has become too old
     * without an append. Any thread.
     *
     * @param nowMillis by the clock, milliseconds since 1970
     * @param limitOffset the committed offset
     * @param tombstonesBelow only below it tombstones go; asked when the time of one is over
     * @throws TailraceException {@link ErrorCode#IO_FAILED}, {@link ErrorCode#DISK_FULL}, {@link ErrorCode#CLOSED}
     */
    public Dirt dirt(long nowMillis, long limitOffset, LongSupplier tombstonesBelow) {
        Compaction compaction = chain.settings().compaction();
        if (!compaction.enabled()) {
            return Dirt.NONE;
        }
        return cleaning(() -> {
            closeOldSegment();
            CleaningPlan plan = planned(nowMillis, limitOffset);
            boolean due = plan.dirtyBytes() > 0 && plan.dirtyRatio() >= compaction.minDirtyRatio();
            return new Dirt(
                    plan.dirtyRatio(),
                    due || plan.overdue() || mayLetGo(plan, nowMillis, tombstonesBelow),
                    plan.dirtyBytes(),
                    plan.bytesToWrite(chain.settings().segmentBytes()));
        });
    }

    /** So that it is done once, and only if it is of use: what has been closed and compacted is rewritten for that. */
    private boolean mayLetGo(CleaningPlan plan, long nowMillis, LongSupplier tombstonesBelow) {
        TombstoneMarks.Horizon next = tombstones.nextHorizon();
        return nowMillis >= next.millis()
                && plan.has(next.offset())
                && Math.min(tombstones.current().settledBelow(), tombstonesBelow.getAsLong()) > next.offset();
    }

    private CleaningPlan planned(long nowMillis, long limitOffset) throws IOException {
        return CleaningPlan.of(chain, CleanedTo.read(chain.files(), directory), limitOffset, nowMillis);
    }

    private void closeOldSegment() throws IOException {
        if (chain.settings().compaction().maxLagMillis() == Long.MAX_VALUE || !chain.activeIsOld()) {
            return;
        }
        writing.lock();
        try {
            if (chain.activeIsOld()) {
                chain.removeCleanStop();
                beginSegment();
            }
        } catch (IOException e) {
            throw stopped("Beginning a segment", e);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Begins a pass of compaction over what there is now.
     *
     * @param map to work with, nobody else's meanwhile
     * @throws TailraceException {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public LogCleaning newCleaning(OffsetMap map, LogCleaning.Bounds bounds) {
        return cleaning(() -> {
            abandonPass();
            CleaningPlan plan = planned(bounds.nowMillis(), bounds.limitOffset());
            // What a tombstone deleted is gone here before the tombstone goes, and that it may be gone is known before
            // it is.
            LogCleaning.Bounds settled =
                    bounds.withTombstonesBelow(tombstones.current().settledBelow());
            tombstones.goneBelow(settled.tombstonesBelow());
            LogCleaning begun = new LogCleaning(this, chain, plan, map, settled);
            pass = begun;
            return begun;
        });
    }

    /** Whoever had begun one does not go on: another one begins, or the log is closed. */
    private void abandonPass() {
        LogCleaning begun = pass;
        pass = null;
        if (begun != null) {
            begun.abandon();
        }
    }

    /** What the log says of tombstones, as of now. */
    public Tombstones tombstones() {
        return tombstones.current();
    }

    /**
     * What is appended next, at that offset, comes from a log of which this is known: durable when this returns. For the thread that
     * appends.
     *
     * @throws TailraceException {@link ErrorCode#DISK_FULL}: nothing has changed; {@link ErrorCode#IO_FAILED}
     */
    public void continueFrom(long offset, Tombstones from) {
        try {
            tombstones.continued(offset, from, startOffset() == endOffset());
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Appending", e);
        }
    }

    /** The next start puts all of the log away, if it has peers to get it from again. */
    void giveUp() throws IOException {
        tombstones.giveUp();
    }

    /** Work of compaction, which a close waits for. */
    interface CleaningStep<T> {
        T run() throws IOException;
    }

    <T> T cleaning(CleaningStep<T> step) {
        cleaning.lock();
        try {
            ensureWritable();
            return step.run();
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Compacting", e);
        } finally {
            cleaning.unlock();
        }
    }

    /** Whether somebody waits for compaction to let go of the log. */
    boolean isClosing() {
        return closing;
    }

    /** Below that offset no key stands twice; when the first of its tombstones may go. */
    void cleanedTo(long offset, TombstoneMarks.Horizon next) throws IOException {
        flushing.lock();
        try {
            tombstones.settledBelow(offset, next);
            CleanedTo.write(chain.files(), directory, offset);
        } finally {
            flushing.unlock();
        }
    }

    /**
     * Puts a segment that compaction has written in the place of others, unless they are not all there any more.
     *
     * @return whether it was done; else what was written is removed
     */
    boolean replace(SegmentRewrite rewrite) throws IOException {
        writing.lock();
        flushing.lock();
        try {
            ensureWritable();
            if (!chain.holds(rewrite.old())) {
                rewrite.discard();
                return false;
            }
            giveUp(rewrite);
            exchange(rewrite);
            return true;
        } finally {
            flushing.unlock();
            writing.unlock();
        }
    }

    /** The decision: before it what was written can be removed, after it only a start can put things right if something fails. */
    private void giveUp(SegmentRewrite rewrite) throws IOException {
        List<Long> bases = rewrite.old().stream().map(Segment::baseOffset).toList();
        try {
            SegmentSwap.begin(chain.files(), directory, bases);
        } catch (DiskFullException e) {
            rewrite.discard();
            throw e;
        } catch (IOException e) {
            throw poisoned("Compacting", e);
        }
    }

    private void exchange(SegmentRewrite rewrite) {
        try {
            chain.replace(rewrite.old(), rewrite.fresh());
        } catch (IOException | RuntimeException e) {
            throw poisoned("Compacting", e);
        }
    }

    // --- copies ------------------------------------------------------------------------------------------------------

    /**
     * Begins a copy of what there is now.
     *
     * @param target a directory that is not there yet
     * @param committed the high watermark, whenever it is asked for: nothing below it is ever cut off
     */
    public LogCopy newCopy(Path target, LongSupplier committed) {
        return new LogCopy(this, chain, target, committed);
    }

    /**
     * Keeps the log as it is: nothing is appended, forced, cut, deleted or exchanged before the lock is given back, by this very thread. All
     * of the log is on the disk then.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    Runnable freeze() {
        flush();
        cleaning.lock();
        writing.lock();
        flushing.lock();
        Runnable thaw = () -> {
            flushing.unlock();
            writing.unlock();
            cleaning.unlock();
        };
        try {
            ensureWritable();
            chain.flush();
            return thaw;
        } catch (IOException e) {
            thaw.run();
            throw stopped("fsync", e);
        } catch (RuntimeException e) {
            thaw.run();
            throw e;
        }
    }

    /** Closes the segment that is written to if it has at least so many bytes; whether it had. */
    boolean rollAbove(int bytes) {
        writing.lock();
        try {
            ensureWritable();
            if (chain.activeBytes() < bytes) {
                return false;
            }
            chain.removeCleanStop();
            beginSegment();
            return true;
        } catch (IOException e) {
            throw stopped("Beginning a segment", e);
        } finally {
            writing.unlock();
        }
    }

    // --- damage ------------------------------------------------------------------------------------------------------

    /** Looks for damage in all files of this log; for one thread. */
    public LogScrub newScrub() {
        return new LogScrub(this, chain);
    }

    /** Mends damage in it. */
    public LogMending mending() {
        return new LogMending(this, chain);
    }

    /** What is wrong with a small file that nobody is writing just now, or {@code null}. */
    @Nullable
    String problemOf(Path file) throws IOException {
        flushing.lock();
        try {
            return chain.problemOf(file);
        } finally {
            flushing.unlock();
        }
    }

    /** Writes a small file again whose bytes have turned, from what is known of it. Within {@link #exclusively}. */
    void writeAgain(String name) throws IOException {
        if (name.equals(TombstoneMarks.NAME)) {
            tombstones.writeAgain();
        } else {
            chain.writeAgain(name);
        }
    }

    /** Work on files that nobody writes to, or exchanges, meanwhile. */
    <T> T exclusively(String doing, CleaningStep<T> step) {
        writing.lock();
        flushing.lock();
        try {
            ensureWritable();
            return step.run();
        } catch (IOException e) {
            throw stopped(doing, e);
        } finally {
            flushing.unlock();
            writing.unlock();
        }
    }

    /** A reader of this log, for one thread. */
    public LogReader newReader() {
        return new LogReader(this, chain);
    }

    /**
     * The offset of the first record, in the order of offsets, that has at least that timestamp and lies below the limit.
     * Exact, whatever the order of timestamps; reads and decodes one batch. Control batches do not count.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public OptionalLong offsetForTimestamp(long timestampMillis, long limitOffset) {
        return new LogSearch(this, chain).offsetForTimestamp(timestampMillis, limitOffset);
    }

    /** Where the largest epoch that is not above the given one ends in this log (KIP-101, KIP-279). */
    public EpochEnd endOfEpoch(int epoch) {
        return chain.epochs().endOf(epoch, startOffset(), endOffset());
    }

    /**
     * Shows the data batches of these sequence numbers to the visitor, headers only, oldest first, reading in bulk. Those below
     * the log's start come too, as long as their segment is there ({@link #firstSequenceNr}).
     *
     * @param fromSequenceNr the first, inclusive
     * @param toSequenceNr the last, inclusive; may lie beyond the newest
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public void replay(long fromSequenceNr, long toSequenceNr, ReplayVisitor visitor) {
        new LogSearch(this, chain).replay(fromSequenceNr, toSequenceNr, false, visitor);
    }

    /**
     * The same, but the records are read too, and each batch is compared with its checksum, before the visitor sees it.
     *
     * @throws TailraceException as {@link #replay} does
     */
    public void replayChecked(long fromSequenceNr, long toSequenceNr, ReplayVisitor visitor) {
        new LogSearch(this, chain).replay(fromSequenceNr, toSequenceNr, true, visitor);
    }

    /**
     * Cuts the log at that offset, durably: the batches at or above it go, and the one that it falls into. Nothing happens if
     * the log ends there or before.
     *
     * @throws TailraceException {@link ErrorCode#OFFSET_OUT_OF_RANGE} below the log's start, {@link ErrorCode#CORRUPT_LOG},
     *     {@link ErrorCode#IO_FAILED}, {@link ErrorCode#DISK_FULL}, {@link ErrorCode#CLOSED}
     */
    public void truncateTo(long offset) {
        writing.lock();
        flushing.lock();
        try {
            ensureWritable();
            if (offset < startOffset()) {
                throw new TailraceException(
                        ErrorCode.OFFSET_OUT_OF_RANGE,
                        "The log begins at " + startOffset() + " and cannot be cut at " + offset + ".");
            }
            if (offset < endOffset()) {
                cut(chain.prepareCut(offset));
            }
        } catch (IOException e) {
            throw stopped("Truncating", e);
        } finally {
            flushing.unlock();
            writing.unlock();
        }
    }

    private void cut(CutPoint cut) {
        try {
            chain.cut(cut);
        } catch (IOException | RuntimeException e) {
            TailraceException stopped = poisoned("Truncating", e);
            // Damage is told as such: it can be repaired, and a disk that fails cannot.
            throw e instanceof TailraceException known && known.code() == ErrorCode.CORRUPT_LOG ? known : stopped;
        }
    }

    /**
     * Flushes, writes the index and the recovery point, and marks that nothing has to be checked at the next start. A log that
     * has stopped because of a failure gets no mark. Does nothing the second time.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED} or {@link ErrorCode#DISK_FULL} if that failed; the files are
     *     closed all the same, and the next start recovers
     */
    @Override
    public void close() {
        closing = true;
        cleaning.lock();
        writing.lock();
        flushing.lock();
        try {
            if (closed) {
                return;
            }
            abandonPass();
            if (failure == null) {
                chain.markCleanStop();
            }
        } catch (IOException e) {
            throw stopped("Closing", e);
        } finally {
            closed = true;
            chain.close();
            flushing.unlock();
            writing.unlock();
            cleaning.unlock();
        }
    }

    private void ensureWritable() {
        ensureOpen();
        TailraceException stopped = failure;
        if (stopped != null) {
            throw LogErrors.failed(directory, "The log has stopped: an earlier write", stopped);
        }
    }

    void ensureOpen() {
        if (closed) {
            throw new TailraceException(ErrorCode.CLOSED, "The log in " + directory + " is closed: open it again.");
        }
    }

    private TailraceException stopped(String doing, IOException e) {
        return e instanceof DiskFullException ? LogErrors.full(directory, e) : poisoned(doing, e);
    }

    private TailraceException poisoned(String doing, Exception e) {
        TailraceException stopped = LogErrors.failed(directory, doing, e);
        failure = stopped;
        return stopped;
    }

    Path directory() {
        return directory;
    }

    SegmentChain chain() {
        return chain;
    }

    /** Waits for a truncation under way, if there is one. */
    void awaitTruncation() {
        flushing.lock();
        try {
            ensureOpen();
        } finally {
            flushing.unlock();
        }
    }
}
