package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/**
 * How a log is cut into segments and indexed.
 *
 * @param segmentBytes a segment that would grow beyond it is closed and a new one begun (Kafka's {@code segment.bytes})
 * @param segmentMillis a segment is closed that long after its first batch was appended ({@code segment.ms})
 * @param indexIntervalBytes about how many bytes of log per index entry ({@code index.interval.bytes})
 * @param compaction whether and when it is compacted
 */
public record LogSettings(int segmentBytes, long segmentMillis, int indexIntervalBytes, Compaction compaction) {
    /** One GiB, seven days, 4 KiB: Kafka's defaults. */
    public static final LogSettings DEFAULTS = new LogSettings(1 << 30, 7L * 24 * 60 * 60 * 1000, 4096);

    /** Of a log that is not compacted. */
    public LogSettings(int segmentBytes, long segmentMillis, int indexIntervalBytes) {
        this(segmentBytes, segmentMillis, indexIntervalBytes, Compaction.NONE);
    }

    /**
     * Checks that all are positive.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_SETTING}
     */
    public LogSettings {
        if (segmentBytes < 1 || segmentMillis < 1 || indexIntervalBytes < 1) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "Segment bytes (" + segmentBytes + "), segment milliseconds (" + segmentMillis
                            + ") and index interval bytes (" + indexIntervalBytes + ") must all be at least 1.");
        }
    }

    /** The same, compacted like that. */
    public LogSettings with(Compaction changed) {
        return new LogSettings(segmentBytes, segmentMillis, indexIntervalBytes, changed);
    }

    /** When a segment is closed at the latest: what is in it has to be compacted in time. */
    long closedAfterMillis() {
        return compaction.enabled() ? Math.min(segmentMillis, compaction.maxLagMillis()) : segmentMillis;
    }
}
