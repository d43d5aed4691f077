package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;

/**
 * What compaction leaves of data batches that have lost all their records, and that no producer's sequence numbers are needed of:
 * one batch without records, which spans the offsets of all of them, so that offsets follow each other without a gap
 * (log-safety rule 13).
 *
 * <p>It is a batch of Kafka's format. Where a batch with records has its base timestamp, which means nothing here, it says how many data
 * batches the log has up to and including the last one that it stands for: so their numbers, which are Pekko's sequence numbers, stay
 * what they were whatever becomes of their batches, on every replica.
 */
public final class StandIn {
    private StandIn() {}

    /**
     * For the offsets from one to another.
     *
     * @param lastOffset inclusive
     * @param countedAfter the number of the last data batch that it stands for
     */
    public static RecordBatch of(long baseOffset, long lastOffset, int leaderEpoch, long countedAfter) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        bytes.putLong(0, baseOffset);
        bytes.putInt(RecordBatch.LENGTH_AT, RecordBatch.HEADER_BYTES - RecordBatch.LENGTH_PREFIX_BYTES);
        bytes.putInt(RecordBatch.LEADER_EPOCH_AT, leaderEpoch);
        bytes.put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC);
        bytes.putInt(RecordBatch.LAST_OFFSET_DELTA_AT, Math.toIntExact(lastOffset - baseOffset));
        bytes.putLong(RecordBatch.BASE_TIMESTAMP_AT, countedAfter);
        bytes.putLong(RecordBatch.MAX_TIMESTAMP_AT, -1);
        bytes.putLong(RecordBatch.PRODUCER_ID_AT, RecordBatch.NO_PRODUCER_ID);
        bytes.putShort(RecordBatch.PRODUCER_EPOCH_AT, (short) -1);
        bytes.putInt(RecordBatch.BASE_SEQUENCE_AT, RecordBatch.NO_SEQUENCE);
        bytes.putInt(RecordBatch.CRC_AT, RecordBatch.checksum(bytes));
        return RecordBatch.at(bytes);
    }

    /** Whether one can stand for both, the second following the first. */
    public static boolean canJoin(RecordBatch first, RecordBatch second) {
        return first.isStandIn()
                && second.isStandIn()
                && first.leaderEpoch() == second.leaderEpoch()
                && second.lastOffset() - first.baseOffset() <= Integer.MAX_VALUE;
    }

    /** One for both. */
    public static RecordBatch joined(RecordBatch first, RecordBatch second) {
        return of(first.baseOffset(), second.lastOffset(), second.leaderEpoch(), second.countedAfter(0));
    }

    /**
     * What it says of the offsets from that one on: for a replica whose log ends there, at the end of a batch that is none any more
     * in the log that it is served from.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_ARGUMENT} if it does not have that offset
     */
    public static RecordBatch from(RecordBatch standIn, long offset) {
        if (!standIn.isStandIn() || offset < standIn.baseOffset() || offset > standIn.lastOffset()) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT, standIn + " cannot be cut at offset " + offset + ": it has records.");
        }
        return of(offset, standIn.lastOffset(), standIn.leaderEpoch(), standIn.countedAfter(0));
    }
}
