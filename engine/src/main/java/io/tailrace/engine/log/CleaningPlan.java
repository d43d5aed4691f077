package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Which segments of a log compaction may touch at a moment, and what share of them it has not seen yet.
 *
 * @param segments closed, oldest first, from the one that the log begins in
 * @param firstDirtyOffset below it no key stands twice
 * @param cleanBytes of the segments wholly below that
 * @param dirtyBytes of the others
 * @param overdue whether some of them have waited for {@code max.compaction.lag.ms}
 */
record CleaningPlan(List<Segment> segments, long firstDirtyOffset, long cleanBytes, long dirtyBytes, boolean overdue) {

    static CleaningPlan of(SegmentChain chain, long cleanedTo, long limitOffset, long nowMillis) throws IOException {
        Compaction compaction = chain.settings().compaction();
        long start = chain.startOffset();
        long firstDirty = Math.max(start, cleanedTo);
        List<Segment> segments = new ArrayList<>();
        long clean = 0;
        long dirty = 0;
        boolean overdue = false;
        for (Segment segment : chain.segments()) {
            boolean closed = chain.segmentAfter(segment) != null;
            if (!closed || segment.nextOffset() > limitOffset || isTooYoung(segment, compaction, nowMillis)) {
                break;
            }
            if (segment.nextOffset() <= start) {
                continue;
            }
            segments.add(segment);
            if (segment.nextOffset() <= firstDirty) {
                clean += segment.size();
            } else {
                dirty += segment.size();
                overdue = overdue || isOverdue(segment, compaction, nowMillis);
            }
        }
        return new CleaningPlan(List.copyOf(segments), firstDirty, clean, dirty, overdue);
    }

    private static boolean isTooYoung(Segment segment, Compaction compaction, long nowMillis) {
        long newest = segment.largestTimestamp();
        return compaction.minLagMillis() > 0 && newest >= 0 && nowMillis - newest < compaction.minLagMillis();
    }

    /** By its first batch, as Kafka has it. */
    private static boolean isOverdue(Segment segment, Compaction compaction, long nowMillis) throws IOException {
        if (compaction.maxLagMillis() == Long.MAX_VALUE) {
            return false;
        }
        ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        segment.read(header, 0);
        long first =
                header.hasRemaining() ? -1 : RecordBatch.headerAt(header.flip()).maxTimestamp();
        return first >= 0 && nowMillis - first >= compaction.maxLagMillis();
    }

    /** Whether that offset may be touched. */
    boolean has(long offset) {
        return !segments.isEmpty()
                && offset >= segments.get(0).baseOffset()
                && offset < segments.get(segments.size() - 1).nextOffset();
    }

    /** What share of the bytes has not been compacted, 0 to 1. */
    double dirtyRatio() {
        return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    }

    /** As many as there can be records that have not been compacted. */
    long dirtyOffsets() {
        return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).nextOffset() - firstDirtyOffset;
    }

    /** The most bytes that are written before as many or more are given free. */
    long bytesToWrite(int segmentBytes) {
        return largest(groups(Long.MAX_VALUE, segmentBytes));
    }

    static long largest(Collection<List<Segment>> groups) {
        return groups.stream().mapToLong(CleaningPlan::bytes).max().orElse(0);
    }

    static long bytes(List<Segment> some) {
        return some.stream().mapToLong(Segment::size).sum();
    }

    /**
     * The segments that begin below that offset, together as far as they fit into one segment.
     *
     * @param endOffset behind it nothing was looked at
     */
    List<List<Segment>> groups(long endOffset, int segmentBytes) {
        List<List<Segment>> groups = new ArrayList<>();
        List<Segment> group = new ArrayList<>();
        long bytes = 0;
        for (Segment segment : segments) {
            if (segment.baseOffset() >= endOffset) {
                break;
            }
            boolean fits = !group.isEmpty()
                    && bytes + segment.size() <= segmentBytes
                    && segment.nextOffset() - group.get(0).baseOffset() <= Integer.MAX_VALUE;
            if (!fits) {
                group = new ArrayList<>();
                groups.add(group);
                bytes = 0;
            }
            group.add(segment);
            bytes += segment.size();
        }
        return groups;
    }
}
