package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a log and how they change: the last one grows, a new one begins, some are cut off. The log holds the locks
 * and decides what a failure means; readers come in without a lock.
 */
final class SegmentChain {
    private final FileStore files;
    private final Path directory;
    private volatile LogSettings settings;
    private final InstantSource clock;
    private final LogMarks marks;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final AtomicInteger truncations = new AtomicInteger();
    private volatile Segment active;
    private volatile long endOffset;
    private volatile long flushedOffset;

    SegmentChain(
            FileStore files, Path directory, LogSettings settings, InstantSource clock, RecoveryScan.Recovered found)
            throws IOException {
        this.files = files;
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.marks = new LogMarks(files, directory, found.epochs(), found.recoveryPoint(), found.start());
        for (Segment segment : found.segments()) {
            segments.put(segment.baseOffset(), segment);
        }
        this.active = segments.lastEntry().getValue();
        this.endOffset = active.nextOffset();
        this.flushedOffset = endOffset;
        dateActive();
    }

    // --- for readers -------------------------------------------------------------------------------------------------

    FileStore files() {
        return files;
    }

    LogSettings settings() {
        return settings;
    }

    long startOffset() {
        return marks.start().offset();
    }

    long endOffset() {
        return endOffset;
    }

    long flushedOffset() {
        return flushedOffset;
    }

    long lastSequence() {
        return active.lastSequence();
    }

    EpochIndex epochs() {
        return marks.epochs();
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

    OptionalLong announcedStart(long limitOffset) {
        return marks.start().announcedBelow(limitOffset);
    }

    /** The last place between two batches that is not behind that offset. */
    LogPlace placeAt(long offset) throws IOException {
        if (offset >= endOffset) {
            return new LogPlace(endOffset, epochs().epochAt(endOffset - 1), lastSequence());
        }
        Segment segment = segmentAt(offset);
        if (segment.baseOffset() == offset) {
            int before = offset == 0 ? EpochIndex.NO_EPOCH : epochs().epochAt(offset - 1);
            return new LogPlace(offset, before, segment.baseSequence());
        }
        IndexEntry from = segment.floor(IndexEntries.Key.OFFSET, offset - segment.baseOffset());
        // Other logs will begin by this: so it is checked.
        BatchScanner scanner = new BatchScanner(segment.reader(), from.position(), segment.size(), true);
        long sequence = segment.baseSequence() + from.relativeSequence();
        long base = segment.baseOffset() + from.relativeOffset();
        while (scanner.next() && scanner.header().baseOffset() == base) {
            RecordBatch header = scanner.header();
            if (header.lastOffset() >= offset) {
                return new LogPlace(base, base == 0 ? EpochIndex.NO_EPOCH : epochs().epochAt(base - 1), sequence);
            }
            base = header.nextOffset();
            sequence = header.countedAfter(sequence);
        }
        throw LogErrors.corrupt(segment.path(), scanner.position(), "offset " + offset + " is missing");
    }

    /** Where the log begins, and what moves of that are announced. */
    LogStart start() {
        return marks.start();
    }

    List<LogStart.Announcement> announcedStarts() {
        return marks.start().announced();
    }

    /** Oldest first; the first ones may lie below the log's start. */
    Iterable<Segment> segments() {
        return segments.values();
    }

    /** Grows when the log begins and ends to be cut, so that a reader knows why it met the unexpected. */
    int truncations() {
        return truncations.get();
    }

    Path directory() {
        return directory;
    }

    void changeSettings(LogSettings changed) {
        settings = changed;
    }

    // --- for the one writer ------------------------------------------------------------------------------------------

    int activeBytes() {
        return active.size();
    }

    boolean activeIsEmpty() {
        return active.size() == 0;
    }

    boolean mustRoll(long bytes, long nextOffset) {
        Segment segment = active;
        if (segment.size() == 0) {
            return false;
        }
        return segment.size() + bytes > settings.segmentBytes()
                || nextOffset - segment.baseOffset() > Integer.MAX_VALUE
                || isOld(segment);
    }

    private boolean isOld(Segment segment) {
        return clock.millis() - segment.firstAppendMillis() >= settings.closedAfterMillis();
    }

    /** Whether the segment that is written to should be closed though nothing is appended. */
    boolean activeIsOld() {
        return active.size() > 0 && isOld(active);
    }

    void append(List<PlacedBatch> batches) throws IOException {
        List<LogStart.Announcement> moves = LogStart.in(batches);
        if (marks.start().announced().size() + moves.size() > LogStart.MAX_ANNOUNCED) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "The log's start is to move " + LogStart.MAX_ANNOUNCED
                            + " times already: let it move before announcing more.");
        }
        EpochIndex extended = marks.epochs();
        for (PlacedBatch placed : batches) {
            extended = extended.withEpoch(placed.leaderEpoch(), placed.baseOffset());
        }
        // A new epoch is on the disk before its first batch is: the batches never say what the index cannot.
        marks.announce(extended);
        active.append(batches, clock.millis());
        marks.adopt(extended);
        marks.note(moves);
        endOffset = batches.get(batches.size() - 1).nextOffset();
    }

    void removeCleanStopWithNextAppend() throws IOException {
        marks.removeCleanStopWithNextAnnounced();
    }

    /** Everything below is told to a start to be on the disk. */
    long recoveryPoint() {
        return marks.recoveryPoint();
    }

    void removeCleanStop() throws IOException {
        marks.removeCleanStop();
    }

    // --- for who holds the flush lock --------------------------------------------------------------------------------

    /** Forces what is not forced: the last segment at most, since a roll forces the one before. */
    void flush() throws IOException {
        long reached = endOffset;
        if (flushedOffset < reached) {
            active.force();
            flushedOffset = reached;
        }
    }

    void checkpoint() throws IOException {
        active.writeIndex(false);
        recoveryPoint(flushedOffset);
    }

    /** What has been announced below it is in a file before the recovery point tells a start to read from there. */
    private void recoveryPoint(long offset) throws IOException {
        marks.writeStart();
        marks.recoveryPoint(offset);
    }

    /** The records below the new start are on the disk first: a log never begins behind its end. */
    void advanceStart(long offset) throws IOException {
        if (offset > startOffset()) {
            if (flushedOffset < offset) {
                flush();
            }
            marks.changeStart(start -> start.advancedTo(offset));
        }
    }

    /**
     * Deletes the segments below, but for the last. What is the first segment from now on is durable before a file goes, so the
     * files may go in any order. The epoch index is trimmed when the next segment begins.
     */
    long deleteSegmentsBelow(long limitOffset) throws IOException {
        long limit = Math.min(startOffset(), limitOffset);
        List<Segment> doomed = new ArrayList<>();
        Segment first = segments.firstEntry().getValue();
        for (Segment next = segmentAfter(first);
                next != null && next.baseOffset() <= limit;
                next = segmentAfter(next)) {
            doomed.add(first);
            first = next;
        }
        if (doomed.isEmpty()) {
            return 0;
        }
        Segment kept = first;
        marks.changeStart(start -> start.withFirstSegment(kept.baseOffset(), kept.baseSequence()));
        long bytes = 0;
        for (Segment segment : doomed) {
            segments.remove(segment.baseOffset());
            bytes += segment.size();
            segment.delete();
        }
        files.syncDirectory(directory);
        return bytes;
    }

    void markCleanStop() throws IOException {
        if (!marks.cleanStop()) {
            flush();
            active.writeIndex(true);
            recoveryPoint(endOffset);
            marks.cleanStop(new CleanStop(endOffset, active.baseOffset(), active.size()));
        }
    }

    /** Closes the files, whatever happens; nothing depends on how that went. */
    void close() {
        for (Segment segment : segments.values()) {
            segment.closeQuietly();
        }
    }

    // --- for who holds both ------------------------------------------------------------------------------------------

    /**
     * Begins a new segment. The order bears a crash anywhere: the old segment is on the disk, and the recovery point says so,
     * before the new file exists; the new file is there before the epoch index names it.
     */
    void roll() throws IOException {
        flush();
        Segment old = active;
        old.seal();
        recoveryPoint(endOffset);
        Segment fresh = new Segment(files, directory, endOffset, old.lastSequence(), settings);
        try {
            fresh.create();
            files.syncDirectory(directory);
            EpochIndex extended =
                    marks.epochs().startingWith(segments.firstKey()).withSegment(endOffset, old.lastSequence());
            marks.announce(extended);
            marks.adopt(extended);
        } catch (IOException e) {
            undoRoll(fresh, e);
            throw e;
        }
        segments.put(endOffset, fresh);
        active = fresh;
        old.retire();
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

    /** Finds where to cut, and lowers the recovery point: above it a start after a crash expects nothing. */
    CutPoint prepareCut(long offset) throws IOException {
        marks.removeCleanStop();
        CutPoint cut = CutPoint.find(segmentAt(offset), offset);
        if (cut.endOffset() < startOffset()) {
            throw new TailraceException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "The log begins at " + startOffset() + ", inside of the batch that a cut at " + offset
                            + " would take away.");
        }
        marks.recoveryPoint(Math.min(marks.recoveryPoint(), cut.endOffset()));
        return cut;
    }

    /** Cuts there, from the end backwards. Whatever fails in here leaves a log half cut, which only a new start puts right. */
    void cut(CutPoint cut) throws IOException {
        truncations.incrementAndGet();
        try {
            Segment last = segmentAt(cut.endOffset());
            endOffset = cut.endOffset();
            active = last;
            for (Segment above :
                    segments.tailMap(last.baseOffset(), false).descendingMap().values()) {
                segments.remove(above.baseOffset());
                above.delete();
                files.syncDirectory(directory);
            }
            last.cutBack(cut.endOffset(), cut.position());
            dateActive();
            EpochIndex shortened = marks.epochs().truncatedTo(endOffset, last.baseOffset());
            marks.announce(shortened);
            marks.adopt(shortened);
            long end = endOffset;
            marks.changeStart(start -> start.truncatedTo(end));
            flushedOffset = endOffset;
        } finally {
            truncations.incrementAndGet();
        }
    }

    /** Whether these are in force, all of them. */
    boolean holds(List<Segment> some) {
        return some.stream().allMatch(each -> segments.get(each.baseOffset()) == each);
    }

    /** Puts a segment that compaction has written in the place of others; the decision is on the disk. Readers look again. */
    void replace(List<Segment> old, Segment written) throws IOException {
        truncations.incrementAndGet();
        try {
            Segment first = old.get(0);
            List<Long> bases = old.stream().map(Segment::baseOffset).toList();
            old.forEach(Segment::giveWay);
            SegmentSwap.moveFiles(files, directory, bases);
            Segment fresh = new Segment(files, directory, first.baseOffset(), first.baseSequence(), settings);
            fresh.resumeLike(written);
            segments.put(first.baseOffset(), fresh);
            old.stream().skip(1).forEach(each -> segments.remove(each.baseOffset()));
            EpochIndex without = marks.epochs().withoutSegments(bases.subList(1, bases.size()));
            marks.announce(without);
            marks.adopt(without);
            SegmentSwap.end(files, directory);
        } finally {
            truncations.incrementAndGet();
        }
    }

    /** Gives up all there is for a log that begins there; the decision is on the disk. Readers always find a segment. */
    void reset(LogPlace place) throws IOException {
        truncations.incrementAndGet();
        try {
            List<Segment> old = List.copyOf(segments.values());
            Segment first = new Segment(files, directory, place.offset(), place.sequenceBefore(), settings);
            segments.put(place.offset(), first);
            for (Segment each : old) {
                segments.remove(each.baseOffset(), each);
                each.closeQuietly();
            }
            LogReset.complete(files, directory, place, settings);
            marks.reset(place);
            active = first;
            endOffset = place.offset();
            flushedOffset = place.offset();
        } finally {
            truncations.incrementAndGet();
        }
    }

    /** What is wrong with a small file, if it is there; {@code null} if nothing is. */
    @Nullable
    String problemOf(Path file) throws IOException {
        return files.exists(file) ? CheckedFile.problem(files, file) : null;
    }

    /** Writes a small file again whose bytes have turned, from what is known of it. */
    void writeAgain(String name) throws IOException {
        if (name.equals(CleanedTo.NAME)) {
            // A hint: everything is looked at again.
            CleanedTo.write(files, directory, 0);
        } else {
            marks.writeAgain(name);
        }
    }

    /** Of a segment that was there before, only its first timestamp tells its age, if it can be believed. */
    private void dateActive() throws IOException {
        if (active.size() > 0) {
            ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
            active.read(header, 0);
            long first = RecordBatch.headerAt(header.flip()).maxTimestamp();
            long now = clock.millis();
            active.firstAppendMillis(first < 0 || first > now ? now : first);
        }
    }
}
