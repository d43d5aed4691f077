package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The log of one partition: record batches in the order of their offsets, in segment files of a directory of its own.
 *
 * <pre>
 *   00000000000000000000.log     record batches v2 and nothing else, so that Kafka's segment dump reads it
 *   00000000000000000000.index   where to find offsets, times and sequence numbers in it ({@link IndexFile})
 *   leader-epochs                at which offsets epochs and segments begin ({@link EpochIndex})
 *   recovery-point               what was on the disk about a second ago ({@link RecoveryPoint})
 *   clean-stop                   the log was closed, and how it ended ({@link CleanStop})
 * </pre>
 *
 * <p>One thread at a time may append and truncate; any thread may flush, checkpoint and read meanwhile, and readers never
 * wait for anybody. A write that fails is undone. When the disk is full the log goes on and can be appended to again when
 * there is room; any other failure to write, and every failed fsync, stops it for good, since nobody knows then what is on
 * the disk. Reading goes on in either case.
 */
public final class Log implements AutoCloseable {
    private final FileStore files;
    private final Path directory;
    private final LogSettings settings;
    private final InstantSource clock;
    private final Recovery recovery;
    private final LogMarks marks;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    /** Held by who appends or truncates; never waited for by an append, which has no rival by contract. */
    private final ReentrantLock writing = new ReentrantLock();
    /** Held by who forces or writes the small files; taken after {@link #writing}. */
    private final ReentrantLock flushing = new ReentrantLock();

    private volatile Segment active;
    private volatile long endOffset;
    private volatile long flushedOffset;
    private final AtomicInteger truncations = new AtomicInteger();
    private volatile @Nullable TailraceException failure;
    private volatile boolean closed;

    private Log(
            FileStore files, Path directory, LogSettings settings, InstantSource clock, RecoveryScan.Recovered found)
            throws IOException {
        this.files = files;
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.recovery = found.recovery();
        this.marks = new LogMarks(files, directory, found.epochs(), found.recoveryPoint());
        this.active = found.segments().get(found.segments().size() - 1);
        this.endOffset = active.nextOffset();
        this.flushedOffset = endOffset;
        for (Segment segment : found.segments()) {
            segments.put(segment.baseOffset(), segment);
        }
    }

    /**
     * Opens the log in that directory, or creates it, and recovers what a crash left.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG} if acknowledged bytes are damaged (nothing is deleted then),
     *     {@link ErrorCode#IO_FAILED}, {@link ErrorCode#DISK_FULL}, {@link ErrorCode#DATA_DIR_VERSION}
     */
    public static Log open(FileStore files, Path directory, LogSettings settings, InstantSource clock) {
        try {
            RecoveryScan.Recovered found = RecoveryScan.run(files, directory, settings);
            Log log = new Log(files, directory, settings, clock, found);
            log.dateActiveSegment();
            return log;
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

    /** The offset of the first record, or the end of an empty log. */
    public long startOffset() {
        return segments.firstKey();
    }

    /** The offset after the last record appended. */
    public long endOffset() {
        return endOffset;
    }

    /** Everything below is on the disk. */
    public long flushedOffset() {
        return flushedOffset;
    }

    /** The epoch of the last batch, or -1 in an empty log. */
    public int lastEpoch() {
        return marks.epochs().lastEpoch();
    }

    /** The sequence number of the newest data batch, or 0 without any. Control batches have none. */
    public long lastSequenceNr() {
        return active.lastSequence();
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
        if (!writing.tryLock()) {
            throw new IllegalStateException("Two threads append to " + directory + ": a log has one writer");
        }
        try {
            ensureWritable();
            if (batches.isEmpty()) {
                return;
            }
            long bytes = PlacedBatch.requireContiguous(batches, endOffset, lastEpoch());
            PlacedBatch last = batches.get(batches.size() - 1);
            marks.removeCleanStop();
            if (mustRoll(bytes, last.nextOffset())) {
                roll();
            }
            EpochIndex extended = marks.epochs();
            for (PlacedBatch placed : batches) {
                extended = extended.withEpoch(placed.leaderEpoch(), placed.baseOffset());
            }
            // A new epoch is on the disk before its first batch is: the batches never say what the index cannot.
            marks.announce(extended);
            active.append(batches, clock.millis());
            marks.adopt(extended);
            endOffset = last.nextOffset();
        } catch (IOException e) {
            throw stopped("Appending", e);
        } finally {
            writing.unlock();
        }
    }

    private boolean mustRoll(long bytes, long nextOffset) {
        Segment segment = active;
        if (segment.size() == 0) {
            return false;
        }
        return segment.size() + bytes > settings.segmentBytes()
                || nextOffset - segment.baseOffset() > Integer.MAX_VALUE
                || clock.millis() - segment.firstAppendMillis() >= settings.segmentMillis();
    }

    /**
     * Begins a new segment. The order bears a crash anywhere: the old segment is on the disk before the new file exists, the
     * new file before the epoch index names it, and the recovery point never lags behind by a whole segment.
     */
    private void roll() throws IOException {
        flushing.lock();
        try {
            Segment old = active;
            force(old);
            flushedOffset = endOffset;
            old.seal();
            Segment fresh = new Segment(files, directory, endOffset, old.lastSequence(), settings);
            try {
                fresh.create();
                files.syncDirectory(directory);
                EpochIndex extended = marks.epochs().withSegment(endOffset, old.lastSequence());
                marks.announce(extended);
                marks.adopt(extended);
            } catch (IOException e) {
                undoRoll(fresh, e);
                throw e;
            }
            segments.put(endOffset, fresh);
            active = fresh;
            old.retire();
            marks.recoveryPoint(endOffset);
        } finally {
            flushing.unlock();
        }
    }

    /** The log may grow beyond the offset at which the segment would have begun: it must not be found there. */
    private void undoRoll(Segment fresh, IOException cause) throws IOException {
        try {
            fresh.delete();
            files.syncDirectory(directory);
        } catch (IOException e) {
            e.addSuppressed(cause);
            throw new IOException("A segment half made could not be removed: " + e.getMessage(), e);
        }
    }

    private void dateActiveSegment() throws IOException {
        if (active.size() > 0) {
            ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
            active.read(header, 0);
            long first = RecordBatch.headerAt(header.flip()).maxTimestamp();
            long now = clock.millis();
            active.firstAppendMillis(first < 0 || first > now ? now : first);
        }
    }

    /**
     * Returns when everything appended before the call is on the disk. Readers and an append are not kept waiting; of several
     * callers at once most find their work done.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}: the log has stopped for good, a failed fsync is never repeated;
     *     {@link ErrorCode#CLOSED}
     */
    public void flush() {
        // The order matters: the segment read after the offset has it, or a later one does, and then a roll has forced
        // it.
        long target = endOffset;
        flushing.lock();
        try {
            ensureWritable();
            if (flushedOffset < target) {
                long reached = endOffset;
                force(active);
                flushedOffset = Math.max(flushedOffset, reached);
            }
        } finally {
            flushing.unlock();
        }
    }

    private void force(Segment segment) {
        try {
            segment.force();
        } catch (IOException e) {
            throw poisoned("fsync", e);
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
            active.writeIndex(false);
            marks.recoveryPoint(flushedOffset);
        } catch (IOException e) {
            throw stopped("Writing the recovery point", e);
        } finally {
            flushing.unlock();
        }
    }

    /** A reader of this log, for one thread. */
    public LogReader newReader() {
        return new LogReader(this);
    }

    /**
     * The offset of the first record, in the order of offsets, that has at least that timestamp and lies below the limit.
     * Exact, whatever the order of timestamps; reads and decodes one batch. Control batches do not count.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public OptionalLong offsetForTimestamp(long timestampMillis, long limitOffset) {
        return new LogSearch(this).offsetForTimestamp(timestampMillis, limitOffset);
    }

    /** Where the largest epoch that is not above the given one ends in this log (KIP-101, KIP-279). */
    public EpochEnd endOfEpoch(int epoch) {
        return marks.epochs().endOf(epoch, startOffset(), endOffset);
    }

    /**
     * Shows the data batches of these sequence numbers to the visitor, headers only, oldest first, reading in bulk.
     *
     * @param fromSequenceNr the first, inclusive
     * @param toSequenceNr the last, inclusive; may lie beyond the newest
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public void replay(long fromSequenceNr, long toSequenceNr, ReplayVisitor visitor) {
        new LogSearch(this).replay(fromSequenceNr, toSequenceNr, visitor);
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
            if (offset < endOffset) {
                marks.removeCleanStop();
                Segment last = segmentAt(offset);
                CutPoint cut = CutPoint.find(last, offset);
                // First of all: above the recovery point a start after a crash expects nothing.
                marks.recoveryPoint(Math.min(marks.recoveryPoint(), cut.endOffset()));
                cut(last, cut);
            }
        } catch (IOException e) {
            throw stopped("Truncating", e);
        } finally {
            flushing.unlock();
            writing.unlock();
        }
    }

    /** Whatever fails in here leaves a log half cut, which only a new start can put right. */
    private void cut(Segment last, CutPoint cut) {
        truncations.incrementAndGet();
        try {
            endOffset = cut.endOffset();
            active = last;
            for (Segment above :
                    segments.tailMap(last.baseOffset(), false).descendingMap().values()) {
                segments.remove(above.baseOffset());
                above.delete();
                files.syncDirectory(directory);
            }
            last.cutBack(cut.endOffset(), cut.position());
            dateActiveSegment();
            EpochIndex shortened = marks.epochs().truncatedTo(endOffset, last.baseOffset());
            marks.announce(shortened);
            marks.adopt(shortened);
            flushedOffset = endOffset;
        } catch (IOException | RuntimeException e) {
            throw poisoned("Truncating", e);
        } finally {
            truncations.incrementAndGet();
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
        writing.lock();
        flushing.lock();
        try {
            if (closed) {
                return;
            }
            if (failure == null && !marks.cleanStop()) {
                markCleanStop();
            }
        } catch (IOException e) {
            throw stopped("Closing", e);
        } finally {
            closed = true;
            closeSegments();
            flushing.unlock();
            writing.unlock();
        }
    }

    private void markCleanStop() throws IOException {
        if (flushedOffset < endOffset) {
            force(active);
            flushedOffset = endOffset;
        }
        active.writeIndex(true);
        marks.recoveryPoint(endOffset);
        marks.cleanStop(new CleanStop(endOffset, active.baseOffset(), active.size()));
    }

    private void closeSegments() {
        for (Segment segment : segments.values()) {
            try {
                segment.close();
            } catch (IOException nothingIsLostByIt) {
                failure = failure == null ? LogErrors.failed(directory, "Closing", nothingIsLostByIt) : failure;
            }
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

    /** Grows when the log begins and ends to be cut, so that a reader knows why it met the unexpected. */
    int truncations() {
        return truncations.get();
    }

    /** The epoch that the batch at that offset has to have. */
    int epochAt(long offset) {
        return marks.epochs().epochAt(offset);
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

    /** The segment that has or will have that offset, which is not below the log's start. */
    Segment segmentAt(long offset) {
        Map.Entry<Long, Segment> found = segments.floorEntry(offset);
        return found == null ? segments.firstEntry().getValue() : found.getValue();
    }

    @Nullable
    Segment segmentAfter(Segment segment) {
        Map.Entry<Long, Segment> found = segments.higherEntry(segment.baseOffset());
        return found == null ? null : found.getValue();
    }

    Iterable<Segment> segments() {
        return segments.values();
    }
}
