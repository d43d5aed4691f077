package io.tailrace.engine.log;

import static io.tailrace.engine.log.LogProblem.Severity.WARNING;

import io.tailrace.engine.log.LogProblem.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Checks for a {@link LogCheck} that the segments are there, are good, and follow each other. */
final class SegmentsCheck {
    private final FileStore files;
    private final Path directory;
    private final SmallFilesCheck marks;
    private final Findings findings;
    private final long[] bases;
    private long batches;
    private long bytes;
    /** Data batches up to the last segment that was read. */
    private long counted;

    private long end;
    private long lastSize;
    private long largestAnnounced = -1;

    /** Of the segments with these base offsets, ascending. */
    SegmentsCheck(FileStore files, Path directory, long[] found, SmallFilesCheck marks, Findings findings) {
        this.files = files;
        this.directory = directory;
        this.marks = marks;
        this.findings = findings;
        long first = firstBase(found);
        this.bases = Arrays.stream(found).filter(base -> base >= first).toArray();
        for (long base : found) {
            if (base < first) {
                Path left = directory.resolve(Segment.fileName(base));
                findings.report(WARNING, Code.LEFTOVER, left, "deleted already, but for the file", Findings.REMOVED);
            }
        }
    }

    private long firstBase(long[] found) {
        LogStart start = marks.start();
        if (start != null) {
            return start.firstSegment();
        }
        return found.length == 0 ? 0 : found[0];
    }

    void run() {
        if (bases.length == 0) {
            if (marks.expectSegments()) {
                findings.damaged(Code.MISSING_SEGMENT, directory, -1, -1, "the segments are gone");
            }
            return;
        }
        checkTheyAreThere(firstBase(bases));
        int epoch = EpochIndex.NO_EPOCH;
        LogStart start = marks.start();
        counted = start == null ? 0 : start.firstSequence();
        for (int i = 0; i < bases.length; i++) {
            epoch = check(i, epoch);
        }
    }

    // --- which there are ---------------------------------------------------------------------------------------------

    private void checkTheyAreThere(long first) {
        if (bases[0] != first) {
            missing(first);
        }
        EpochIndex index = marks.epochs();
        if (index == null) {
            return;
        }
        long[] named =
                Arrays.stream(index.segments()).filter(base -> base >= first).toArray();
        long last = bases[bases.length - 1];
        OptionalLong point = marks.recoveryPoint();
        for (long base : named) {
            boolean cutOff = point.isPresent() && base > point.getAsLong() && base > last;
            if (Arrays.binarySearch(bases, base) < 0 && !cutOff && base != first) {
                missing(base);
            }
        }
        for (long base : bases) {
            boolean rolledTo = base == last && named.length > 0 && base > named[named.length - 1];
            if (Arrays.binarySearch(named, base) < 0 && !rolledTo) {
                Path segment = directory.resolve(Segment.fileName(base));
                findings.damaged(Code.UNKNOWN_SEGMENT, segment, -1, base, "a segment that this log never had");
            }
        }
    }

    private void missing(long base) {
        findings.damaged(
                Code.MISSING_SEGMENT, directory.resolve(Segment.fileName(base)), -1, base, "the segment is missing");
    }

    // --- what is in them ---------------------------------------------------------------------------------------------

    /** Checks one segment; returns its last epoch. */
    private int check(int number, int epochBefore) {
        boolean last = number + 1 == bases.length;
        Path path = directory.resolve(Segment.fileName(bases[number]));
        EpochIndex index = marks.epochs();
        long before =
                index == null ? counted : index.baseSequence(bases[number]).orElse(counted);
        SegmentCheck segment = new SegmentCheck(path, bases[number], before, epochBefore, index, findings);
        try (StoredFile file = files.openForRead(path)) {
            readWithIndex(segment, file, bases[number], last);
        } catch (IOException e) {
            findings.damaged(Code.UNREADABLE, path, -1, segment.nextOffset(), String.valueOf(e.getMessage()));
        }
        batches += segment.batches();
        counted = before + segment.dataBatches();
        bytes += segment.size();
        lastSize = segment.size();
        end = segment.nextOffset();
        largestAnnounced = Math.max(largestAnnounced, segment.largestAnnounced());
        if (segment.tornFrom() >= 0) {
            judgeTail(path, segment, last);
        } else if (!last) {
            checkJoint(path, segment, bases[number], bases[number + 1]);
        }
        return segment.lastEpoch();
    }

    private void readWithIndex(SegmentCheck segment, StoredFile file, long base, boolean last) throws IOException {
        IndexFile index = new IndexFile(files, directory.resolve(Segment.indexName(base)), base);
        String problem;
        try (IndexFile.Entries entries = index.entries()) {
            IndexCheck entriesCheck = new IndexCheck(entries);
            segment.run(file, entriesCheck);
            problem = entriesCheck.problem();
            boolean endIsMissing = !last && entriesCheck.last().position() != segment.size();
            if (problem == null && endIsMissing && !segment.isDamaged()) {
                problem = "it does not say where the segment ends";
            }
        } catch (IndexFile.BadIndexException e) {
            // That of the segment that is written to comes now and then only.
            problem = last && !files.exists(index.path()) ? null : String.valueOf(e.getMessage());
            segment.run(file, new IndexCheck(null));
        }
        if (problem != null) {
            findings.badIndex(index.path(), base, problem, !segment.isDamaged());
        }
    }

    /** Rule 14: a torn tail is at the very end and beyond the recovery point. */
    private void judgeTail(Path path, SegmentCheck segment, boolean last) {
        OptionalLong point = marks.recoveryPoint();
        boolean torn = last && point.isPresent() && segment.nextOffset() >= point.getAsLong();
        String what = segment.tornBecause() + "; no good batch follows";
        long from = segment.tornFrom();
        if (torn) {
            String repair = "cut at byte " + from;
            findings.report(new LogProblem(WARNING, Code.TORN_TAIL, path, from, segment.nextOffset(), what, repair));
        } else {
            findings.damaged(Code.BAD_BATCH, path, from, segment.nextOffset(), what);
        }
    }

    private void checkJoint(Path path, SegmentCheck segment, long base, long next) {
        if (segment.nextOffset() != next) {
            String what = "the segment ends at offset " + segment.nextOffset() + ", the next begins at " + next;
            findings.damaged(Code.MISSING_RECORDS, path, segment.size(), segment.nextOffset(), what);
        }
        EpochIndex index = marks.epochs();
        if (index == null || segment.isDamaged()) {
            return;
        }
        OptionalLong before = index.baseSequence(base);
        OptionalLong after = index.baseSequence(next);
        if (before.isPresent()
                && after.isPresent()
                && after.getAsLong() - before.getAsLong() != segment.dataBatches()) {
            String what = "it counts " + (after.getAsLong() - before.getAsLong()) + " data batches in the segment at "
                    + base + ", which has " + segment.dataBatches();
            findings.damaged(Code.BAD_FILE, directory.resolve(EpochIndex.NAME), -1, base, what);
        }
    }

    // --- what was found ----------------------------------------------------------------------------------------------

    int count() {
        return bases.length;
    }

    long batches() {
        return batches;
    }

    long bytes() {
        return bytes;
    }

    long firstBase() {
        return bases[0];
    }

    /** The greatest start that a batch announces, or -1. */
    long largestAnnounced() {
        return largestAnnounced;
    }

    /** Compares the small files with the segments, if there are any. */
    void compareMarks() {
        if (bases.length > 0) {
            marks.compare(bases[0], end, bases[bases.length - 1], lastSize, largestAnnounced);
        }
    }

    /** What a lost start of the log was, if that can be told. */
    @Nullable
    LogStart startToBeMade() {
        return bases.length == 0 ? null : marks.startToBeMade(bases[0], largestAnnounced);
    }
}
