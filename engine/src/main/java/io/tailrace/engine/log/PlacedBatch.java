package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;

/**
 * A batch with the place in the log that the leader has given it.
 *
 * @param batch the bytes as the producer built them; not changed
 * @param baseOffset the offset of its first record
 * @param leaderEpoch the epoch of the leader that appends it
 * @param appendTimeMillis the timestamp that replaces those of its records, or -1 to keep them
 */
public record PlacedBatch(RecordBatch batch, long baseOffset, int leaderEpoch, long appendTimeMillis) {
    /** The offset after its last record. */
    public long nextOffset() {
        return baseOffset + batch.lastOffsetDelta() + 1;
    }

    /** The largest timestamp that it has in the log, milliseconds since 1970. */
    public long maxTimestamp() {
        return appendTimeMillis >= 0 ? appendTimeMillis : batch.maxTimestamp();
    }
}
