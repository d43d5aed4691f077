package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DamagedLogException.Place;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Opens the files of a log and finds out how much of it is good (rules 13 and 14 of the log's safety rules).
 *
 * <p>After a clean stop nothing is scanned: the last batches are walked over to see that they end as the mark says.
 * Otherwise everything beyond the recovery point is read and checked. What is bad there at the very end is a torn tail and
 * is cut. What is bad below the recovery point, or has a good batch behind it, is corruption: nothing is changed.
 *
 * <p>Without a recovery point (damaged or missing though there are segments) everything is checked, and nothing is cut,
 * since nothing tells a torn tail from damage to acknowledged records. A crash cannot bring that about: the file is only
 * ever replaced by a rename. Without an epoch index everything is checked too, and the epochs in the batches are believed as
 * long as they never go back; with peers only if the log's first segment is there, else all of it comes from them again. Without a log start everything is checked for moves of it: if there is none, the log was made
 * before such files were, and begins at 0; else the file has been lost, and nothing is guessed.
 *
 * <p>A log that was being reset ({@link LogReset}) is reset first; then the exchange of segments comes to its end that compaction had
 * decided upon ({@link SegmentSwap}).
 */
final class RecoveryScan {
    private static final Pattern BASE_OFFSET = Pattern.compile("[0-9]{20}");
    /** The number after the largest offset; the file of such a name is not of a log. */
    private static final String BEYOND_ALL_NAMES = "09223372036854775808";

    /** Far more than the control batches that mean something here have. */
    private static final int MAX_CONTROL_BYTES = 64 << 10;

    private final FileStore files;
    private final Path directory;
    private final LogSettings settings;
    private final Trust trust;
    private final @Nullable LogStart storedStart;
    private final OptionalLong recoveryPoint;
    private final @Nullable CleanStop cleanStop;
    private final boolean epochsLost;
    private final List<Segment> segments = new ArrayList<>();

    private LogStart start;
    private EpochIndex storedEpochs;
    private EpochIndex epochs;
    private boolean clean;
    private int segmentsScanned;
    private long scannedBytes;
    private long truncatedBytes;

    /**
     * What a start believes.
     *
     * @param hasPeers whether there are others to get from again what is damaged; then a batch at the end that was whole once is
     *     damage too, and not a torn tail
     * @param suspectOffset from there on everything is checked, whatever the recovery point says
     */
    record Trust(boolean hasPeers, long suspectOffset) {
        /** Of a replica that has no peers. */
        static final Trust SOLE = new Trust(false, Long.MAX_VALUE);
    }

    private RecoveryScan(FileStore files, Path directory, LogSettings settings, Trust trust) throws IOException {
        this.files = files;
        this.directory = directory;
        this.settings = settings;
        this.trust = trust;
        this.storedStart = trust.hasPeers ? LogStart.peek(files, directory) : LogStart.read(files, directory);
        this.start = storedStart == null ? LogStart.ZERO : storedStart;
        OptionalLong written = RecoveryPoint.read(files, directory);
        // The log's start moves over what is on the disk only.
        this.recoveryPoint =
                written.isPresent() ? OptionalLong.of(Math.max(written.getAsLong(), start.offset())) : written;
        this.cleanStop = CleanStop.read(files, directory);
        EpochIndex stored = EpochIndex.read(files, directory);
        this.epochsLost = stored == null;
        this.storedEpochs = stored == null ? EpochIndex.EMPTY : stored;
        this.epochs = storedEpochs.startingWith(start.firstSegment());
    }

    /** What was found: the segments oldest first, never none. */
    record Recovered(
            List<Segment> segments, EpochIndex epochs, long recoveryPoint, LogStart start, Recovery recovery) {}

    /**
     * Recovers.
     *
     * @throws DamagedLogException if acknowledged bytes may be damaged; nothing was changed
     */
    static Recovered run(FileStore files, Path directory, LogSettings settings, Trust trust) throws IOException {
        files.createDirectories(directory);
        LogPlace reset = beginsAnew(files, directory, trust);
        if (reset != null) {
            LogReset.complete(files, directory, reset, settings);
        }
        List<Long> swapped = swapped(files, directory, trust);
        if (swapped != null) {
            SegmentSwap.complete(files, directory, swapped);
        }
        RecoveryScan scan = new RecoveryScan(files, directory, settings, trust);
        try {
            return scan.recover();
        } catch (IOException | RuntimeException e) {
            scan.closeAll();
            throw e;
        }
    }

    /** Where that was to be is not to be had again, but all of the log is, from who has peers. */
    private static @Nullable LogPlace beginsAnew(FileStore files, Path directory, Trust trust) throws IOException {
        try {
            return LogReset.read(files, directory);
        } catch (TailraceException e) {
            throw trust.hasPeers && e.code() == ErrorCode.CORRUPT_LOG
                    ? damaged(directory.resolve(LogReset.NAME), Place.EVERYTHING, "damaged")
                    : e;
        }
    }

    /** Which segments were to go is not to be had again either. */
    private static @Nullable List<Long> swapped(FileStore files, Path directory, Trust trust) throws IOException {
        try {
            return SegmentSwap.read(files, directory);
        } catch (TailraceException e) {
            throw trust.hasPeers && e.code() == ErrorCode.CORRUPT_LOG
                    ? damaged(directory.resolve(SegmentSwap.NAME), Place.EVERYTHING, "damaged")
                    : e;
        }
    }

    private void closeAll() {
        segments.forEach(Segment::closeQuietly);
    }

    private Recovered recover() throws IOException {
        long[] bases = namesOf(Segment.SUFFIX)
                .filter(base -> base >= start.firstSegment())
                .toArray();
        if (bases.length == 0) {
            return createFirst();
        }
        checkSegmentsAreThere(bases);
        if (epochsLost && trust.hasPeers && start.firstSegment() > 0) {
            // Of which epoch the record before is: without that nobody can tell whether another log is the same up to
            // here.
            throw damaged(
                    directory.resolve(EpochIndex.NAME),
                    Place.EVERYTHING,
                    "missing or damaged, and the log's first records are gone, of whose epochs only it told");
        }
        for (int i = 0; i < bases.length; i++) {
            segments.add(segmentAt(bases[i]));
            if (i + 1 < bases.length) {
                openClosed(segments.get(i), bases[i + 1]);
            } else {
                openLast(segments.get(i));
            }
        }
        return finish();
    }

    /** The base offsets that have a file of that kind, ascending. */
    private LongStream namesOf(String suffix) throws IOException {
        return files.list(directory).stream()
                .filter(name -> name.endsWith(suffix))
                .map(name -> name.substring(0, name.length() - suffix.length()))
                .filter(name -> BASE_OFFSET.matcher(name).matches() && name.compareTo(BEYOND_ALL_NAMES) < 0)
                .mapToLong(Long::parseLong)
                .sorted();
    }

    private Recovered createFirst() throws IOException {
        boolean hadMore = files.exists(directory.resolve(RecoveryPoint.NAME)) && recoveryPoint.orElse(1) > 0;
        if (hadMore || !start.equals(LogStart.ZERO) || cleanStop != null || epochs.segments().length > 0) {
            throw damaged(directory, lostFrom(start.firstSegment()), "the segments are gone");
        }
        RecoveryPoint.write(files, directory, 0);
        start.write(files, directory);
        Segment first = new Segment(files, directory, 0, 0, settings);
        segments.add(first);
        first.create();
        files.syncDirectory(directory);
        epochs = EpochIndex.EMPTY.withSegment(0, 0);
        epochs.write(files, directory);
        return new Recovered(segments, epochs, 0, start, new Recovery(true, 0, 0, 0, false, false));
    }

    /**
     * Every segment that the epoch index names has to be there, and no other but one at the end, which a crash in the middle
     * of a roll leaves. A truncation that a crash interrupted has lowered the recovery point first: what is missing wholly
     * above it was on its way out.
     */
    private void checkSegmentsAreThere(long[] bases) {
        if (bases[0] != start.firstSegment()) {
            throw storedStart == null
                    ? damaged(
                            directory.resolve(LogStart.NAME),
                            Place.EVERYTHING,
                            "missing, and the first segments are gone")
                    : missing(start.firstSegment());
        }
        long[] known = epochs.segments();
        for (long base : known) {
            boolean cutOff =
                    recoveryPoint.isPresent() && base > recoveryPoint.getAsLong() && base > bases[bases.length - 1];
            if (Arrays.binarySearch(bases, base) < 0 && !cutOff) {
                throw missing(base);
            }
        }
        for (int i = 0; i < bases.length && !epochsLost; i++) {
            boolean rolledTo = i == bases.length - 1 && known.length > 0 && bases[i] > known[known.length - 1];
            if (Arrays.binarySearch(known, bases[i]) < 0 && !rolledTo) {
                throw damaged(
                        directory.resolve(Segment.fileName(bases[i])),
                        Place.EVERYTHING,
                        "a segment that this log never had");
            }
        }
    }

    private DamagedLogException missing(long base) {
        return damaged(directory.resolve(Segment.fileName(base)), lostFrom(base), "the segment is missing");
    }

    private static Place lostFrom(long base) {
        return new Place(base, 0, base);
    }

    private static DamagedLogException damaged(Path file, Place place, String what) {
        return new DamagedLogException(file, place, what);
    }

    /** The log is good up to where the segment has been counted in. */
    private static DamagedLogException damaged(Segment segment, long position, String what) {
        return damaged(segment.path(), new Place(segment.baseOffset(), position, segment.nextOffset()), what);
    }

    private Segment segmentAt(long base) {
        long counted = segments.isEmpty()
                ? start.firstSequence()
                : segments.get(segments.size() - 1).lastSequence();
        return new Segment(files, directory, base, epochs.baseSequence(base).orElse(counted), settings);
    }

    private boolean everythingIsChecked() {
        return epochsLost || recoveryPoint.isEmpty() || storedStart == null;
    }

    /** Below that offset what is on the disk is believed to be good without being read. */
    private long trustedTo() {
        return everythingIsChecked() ? -1 : Math.min(recoveryPoint.getAsLong(), trust.suspectOffset);
    }

    private void openClosed(Segment segment, long nextBase) throws IOException {
        long size = segment.fileSize();
        if (nextBase <= trustedTo()) {
            IndexEntry end = lastIndexEntry(segment);
            if (end != null && segment.baseOffset() + end.relativeOffset() == nextBase) {
                if (end.position() == size) {
                    segment.resumeClosed(end);
                    return;
                }
                if (!trust.hasPeers) {
                    throw LogErrors.corrupt(
                            segment.path(), size, "the segment had " + end.position() + " bytes when it was closed");
                }
            }
        }
        segment.resumeFrom(new SparseIndex());
        BatchScanner scanner = scan(segment, size, true);
        String problem = scanner.problem();
        if (problem != null) {
            throw damaged(segment, scanner.position(), problem);
        }
        if (segment.nextOffset() != nextBase) {
            throw damaged(
                    segment,
                    size,
                    "the segment ends at offset " + segment.nextOffset() + ", the next begins at " + nextBase);
        }
        segment.force();
        segment.seal();
        segment.retire();
    }

    private static @Nullable IndexEntry lastIndexEntry(Segment segment) throws IOException {
        try {
            return segment.indexFile().last();
        } catch (IndexFile.BadIndexException toBeMadeAgain) {
            return null;
        }
    }

    private void openLast(Segment segment) throws IOException {
        long size = segment.fileSize();
        if (cleanStop != null && isBelieved(cleanStop) && endsAsMarked(segment, size, cleanStop)) {
            clean = true;
            return;
        }
        segment.resumeFrom(segment.indexFile().load(trustedTo(), size));
        BatchScanner scanner = scan(segment, size, true);
        String problem = scanner.problem();
        if (problem != null) {
            judgeTail(segment, scanner.position(), size, problem);
            truncatedBytes = size - scanner.position();
        }
        if (recoveryPoint.isPresent() && segment.nextOffset() < recoveryPoint.getAsLong()) {
            throw damaged(
                    segment,
                    segment.size(),
                    "the log ends at offset " + segment.nextOffset() + ", it was on the disk up to "
                            + recoveryPoint.getAsLong());
        }
    }

    private boolean isBelieved(CleanStop mark) {
        return !everythingIsChecked() && mark.endOffset() <= trust.suspectOffset;
    }

    /** Walks over the last batches, from the last index entry on, to see that they end as they did at the clean stop. */
    private boolean endsAsMarked(Segment segment, long size, CleanStop mark) throws IOException {
        if (mark.segment() != segment.baseOffset() || mark.size() != size) {
            return false;
        }
        segment.resumeFrom(segment.indexFile().load(mark.endOffset(), size));
        long scannedBefore = scannedBytes;
        int segmentsBefore = segmentsScanned;
        boolean good = scan(segment, size, false).problem() == null && segment.nextOffset() == mark.endOffset();
        if (good) {
            scannedBytes = scannedBefore;
            segmentsScanned = segmentsBefore;
        }
        return good;
    }

    /** Reads on from what the segment has counted in already, and counts in what is good. */
    private BatchScanner scan(Segment segment, long size, boolean verify) throws IOException {
        long start = segment.size();
        if (size > Integer.MAX_VALUE) {
            throw damaged(segment, start, "the file is larger than any segment");
        }
        BatchScanner scanner = new BatchScanner(segment.reader(), start, size, verify);
        while (scanner.next()) {
            RecordBatch header = scanner.header();
            checkPlace(segment, scanner.position(), header);
            segment.account((int) scanner.position(), header);
            if (verify && header.isControl()) {
                note(segment, scanner.position(), header);
            }
        }
        segment.admit((int) scanner.position());
        segmentsScanned++;
        scannedBytes += scanner.position() - start;
        return scanner;
    }

    /** Takes in what a control batch announces; without checksums nothing is looked for, since the file has it all then. */
    private void note(Segment segment, long position, RecordBatch header) throws IOException {
        if (header.sizeInBytes() > MAX_CONTROL_BYTES) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(header.sizeInBytes());
        segment.read(bytes, position);
        RecordBatch batch = RecordBatch.at(bytes.flip());
        if (ControlRecords.isLogStart(batch)) {
            start = start.with(new LogStart.Announcement(batch.baseOffset(), ControlRecords.logStartOf(batch)));
        }
    }

    /** The checksum does not cover offset and epoch, so a batch that has them wrong is damaged, not torn. */
    private void checkPlace(Segment segment, long position, RecordBatch header) {
        if (header.baseOffset() != segment.nextOffset()) {
            throw damaged(
                    segment,
                    position,
                    "a batch with offset " + header.baseOffset() + " where " + segment.nextOffset() + " has to follow");
        }
        int epoch = header.leaderEpoch();
        if (epochsLost) {
            if (epoch < epochs.lastEpoch()) {
                throw damaged(segment, position, "epoch " + epoch + " comes after epoch " + epochs.lastEpoch());
            }
            epochs = epochs.withEpoch(epoch, header.baseOffset());
        } else if (epoch != epochs.epochAt(header.baseOffset())) {
            throw damaged(
                    segment,
                    position,
                    "a batch of epoch " + epoch + " at offset " + header.baseOffset() + ", which is of epoch "
                            + epochs.epochAt(header.baseOffset()));
        }
    }

    /** Returns if the bytes from there on are a torn tail; throws if they are damage to what may have been acknowledged. */
    private void judgeTail(Segment segment, long position, long size, String problem) throws IOException {
        if (recoveryPoint.isEmpty()) {
            throw damaged(
                    segment,
                    position,
                    problem + "; the recovery point is lost, so nobody knows whether it is a torn tail");
        }
        if (segment.nextOffset() < recoveryPoint.getAsLong()) {
            throw damaged(
                    segment, position, problem + "; it was on the disk, up to offset " + recoveryPoint.getAsLong());
        }
        long later = TailSearch.batchAfter(segment.reader(), position, size, segment.nextOffset());
        if (later >= 0) {
            throw damaged(segment, position, problem + "; a good batch follows at byte " + later);
        }
        if (trust.hasPeers && TornTail.wasWhole(segment.reader(), position, size)) {
            throw damaged(segment, position, problem + "; it was a whole batch, and may have been acknowledged");
        }
    }

    private void checkStart(long end) {
        start = start.truncatedTo(end);
        if (storedStart == null && !start.announced().isEmpty()) {
            throw damaged(
                    directory.resolve(LogStart.NAME),
                    Place.EVERYTHING,
                    "missing, though the log says that its start has moved");
        }
        if (start.offset() > end) {
            throw damaged(
                    directory, Place.EVERYTHING, "the log begins at offset " + start.offset() + " and ends at " + end);
        }
    }

    /** A crash may have interrupted their deletion; that they are deleted is on the disk. */
    private void deleteLeftovers() throws IOException {
        boolean deleted = false;
        for (String suffix : List.of(Segment.SUFFIX, Segment.INDEX_SUFFIX)) {
            long[] leftovers =
                    namesOf(suffix).filter(base -> base < start.firstSegment()).toArray();
            for (long base : leftovers) {
                files.delete(directory.resolve(String.format("%020d%s", base, suffix)));
                deleted = true;
            }
        }
        if (deleted) {
            files.syncDirectory(directory);
        }
    }

    private Recovered finish() throws IOException {
        Segment last = segments.get(segments.size() - 1);
        long end = last.nextOffset();
        checkStart(end);
        deleteLeftovers();
        Leftovers.remove(files, directory);
        CleanedTo.forgetBeyond(files, directory, end);
        if (!clean) {
            // What a killed process wrote, and the name of what it created, may be in the kernel's memory only; from
            // here
            // on they count as on the disk.
            last.cut(last.size());
            files.syncDirectory(directory);
            last.writeIndex(true);
        }
        EpochIndex found = epochs.truncatedTo(end, last.baseOffset());
        for (Segment segment : segments) {
            if (found.baseSequence(segment.baseOffset()).isEmpty()) {
                found = found.withSegment(segment.baseOffset(), segment.baseSequence());
            }
        }
        if (epochsLost || !found.equals(storedEpochs)) {
            found.write(files, directory);
        }
        if (!start.equals(storedStart)) {
            start.write(files, directory);
        }
        if (recoveryPoint.isEmpty() || recoveryPoint.getAsLong() != end) {
            RecoveryPoint.write(files, directory, end);
        }
        return new Recovered(
                segments,
                found,
                end,
                start,
                new Recovery(
                        clean, truncatedBytes, segmentsScanned, scannedBytes, epochsLost, recoveryPoint.isEmpty()));
    }
}
