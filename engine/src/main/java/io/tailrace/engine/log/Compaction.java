package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/**
 * Whether and when a log is compacted: of each key only the newest record stays (Kafka's {@code cleanup.policy=compact}, KIP-58, KIP-354,
 * KIP-534).
 *
 * @param enabled whether it ever is
 * @param minDirtyRatio a log is compacted when this share of its bytes has not been yet ({@code min.cleanable.dirty.ratio})
 * @param minLagMillis records stay as they are for that long ({@code min.compaction.lag.ms})
 * @param maxLagMillis and are compacted after that, whatever the ratio ({@code max.compaction.lag.ms})
 * @param deleteRetentionMillis a tombstone goes that long after it was first compacted ({@code delete.retention.ms})
 */
public record Compaction(
        boolean enabled, double minDirtyRatio, long minLagMillis, long maxLagMillis, long deleteRetentionMillis) {
    /** Batches that decompress to more than this cannot be compacted, so a compacted log must not get any. */
    public static final int MAX_DECODED_BYTES = 128 << 20;

    /** Kafka's defaults: half, at once, whenever, a day. */
    public static final Compaction DEFAULTS = new Compaction(true, 0.5, 0, Long.MAX_VALUE, 24L * 60 * 60 * 1000);

    /** Never. */
    public static final Compaction NONE = new Compaction(false, 0.5, 0, Long.MAX_VALUE, 24L * 60 * 60 * 1000);

    /**
     * Checks the bounds.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_SETTING}
     */
    public Compaction {
        boolean ratio = minDirtyRatio >= 0 && minDirtyRatio <= 1;
        if (!ratio
                || minLagMillis < 0
                || maxLagMillis < 1
                || maxLagMillis < minLagMillis
                || deleteRetentionMillis < 0) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "A log cannot be compacted at a dirty ratio of " + minDirtyRatio + " (0 to 1), after "
                            + minLagMillis + " to " + maxLagMillis + " ms, with tombstones kept for "
                            + deleteRetentionMillis + " ms.");
        }
    }
}
