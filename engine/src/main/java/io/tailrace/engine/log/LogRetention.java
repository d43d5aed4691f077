package io.tailrace.engine.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a log should begin by time and size, from what the segments have in memory.
 *
 * <p>A segment is as old as its largest timestamp, as Kafka has it. One that has none (no data batch, or records without a
 * timestamp) came before the next one and goes with it. One whose timestamp lies in the future is kept until that time has
 * come and gone, and so is all behind it: to delete by a clock that may be wrong cannot be undone, to keep can.
 */
final class LogRetention {
    private final SegmentChain chain;
    private final Retention retention;
    private final long nowMillis;
    private final long committedOffset;

    LogRetention(SegmentChain chain, Retention retention, long nowMillis, long committedOffset) {
        this.chain = chain;
        this.retention = retention;
        this.nowMillis = nowMillis;
        this.committedOffset = committedOffset;
    }

    long retainedFrom() {
        long start = chain.startOffset();
        // The end first: what is appended meanwhile is not expired.
        long end = chain.endOffset();
        List<Segment> segments = new ArrayList<>();
        for (Segment segment : chain.segments()) {
            if (segment.nextOffset() > start || chain.segmentAfter(segment) == null) {
                segments.add(segment);
            }
        }
        long from = Math.max(byTime(segments, end), bySize(segments));
        return Math.max(start, from);
    }

    private long byTime(List<Segment> segments, long end) {
        long from = 0;
        if (retention.millis() < 0) {
            return from;
        }
        boolean[] expired = expired(segments);
        for (int i = 0; i < segments.size() && expired[i]; i++) {
            long next = i + 1 < segments.size() ? segments.get(i + 1).baseOffset() : end;
            if (next > committedOffset) {
                break;
            }
            from = next;
        }
        return from;
    }

    private boolean[] expired(List<Segment> segments) {
        boolean[] expired = new boolean[segments.size()];
        boolean following = false;
        for (int i = expired.length - 1; i >= 0; i--) {
            long newest = segments.get(i).largestTimestamp();
            if (newest >= 0) {
                following = newest <= nowMillis && nowMillis - newest > retention.millis();
            }
            expired[i] = following;
        }
        return expired;
    }

    private long bySize(List<Segment> segments) {
        long from = 0;
        if (retention.bytes() < 0) {
            return from;
        }
        long left = segments.stream().mapToLong(Segment::size).sum();
        for (int i = 0; i + 1 < segments.size(); i++) {
            left -= segments.get(i).size();
            long next = segments.get(i + 1).baseOffset();
            if (left < retention.bytes() || next > committedOffset) {
                break;
            }
            from = next;
        }
        return from;
    }
}
