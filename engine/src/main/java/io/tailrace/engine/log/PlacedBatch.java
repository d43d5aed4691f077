package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.util.List;

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

    /**
     * Checks that the batches follow the log's end and each other, in epochs that never go back.
     *
     * @return the bytes of all of them
     */
    static long requireContiguous(List<PlacedBatch> batches, long endOffset, int lastEpoch) {
        long offset = endOffset;
        int epoch = Math.max(lastEpoch, 0);
        long bytes = 0;
        for (PlacedBatch placed : batches) {
            RecordBatch batch = placed.batch();
            if (placed.baseOffset() != offset || batch.lastOffsetDelta() < 0) {
                throw LogErrors.invalid("A batch at offset " + placed.baseOffset() + " with last offset delta "
                        + batch.lastOffsetDelta() + " cannot follow offset " + offset + ".");
            }
            if (placed.leaderEpoch() < epoch) {
                throw LogErrors.invalid(
                        "A batch of epoch " + placed.leaderEpoch() + " cannot follow epoch " + epoch + ".");
            }
            if (batch.isHeaderOnly()) {
                throw LogErrors.invalid("A batch without its records cannot be appended.");
            }
            offset = placed.nextOffset();
            epoch = placed.leaderEpoch();
            bytes += batch.sizeInBytes();
        }
        if (bytes > Integer.MAX_VALUE || offset - endOffset > Integer.MAX_VALUE) {
            throw LogErrors.invalid(bytes + " bytes are more than one append takes.");
        }
        return bytes;
    }
}
