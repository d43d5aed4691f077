package io.tailrace.cluster.placement;

import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * One reader of one partition, of the nearest replica, up to the high watermark. Not for use by several threads at once; at
 * most one {@link #fetch} may be under way.
 */
public interface PartitionReader extends AutoCloseable {
    /**
     * Whole batches from the one that holds the offset on. At the tail the request parks until something is committed;
     * nobody polls. The stage completes on an I/O thread.
     *
     * <p>Fails with OFFSET_OUT_OF_RANGE for an offset below the log start or above the high watermark (never a silent jump; an
     * {@link io.tailrace.engine.error.OffsetOutOfRangeException} says what there is), UNKNOWN_TOPIC once the topic has been
     * deleted, parked or not, CORRUPT_LOG, IO_FAILED, PARTITION_UNAVAILABLE, or CLOSED after {@link #close()}. The first batch
     * may begin below the log start: the records there are to be stepped over.
     *
     * @param offset of the first record wanted
     * @param maxBytes of batches to return; one batch is returned even if it is larger
     */
    CompletionStage<Fetched> fetch(long offset, int maxBytes);

    /** The offsets there are now. */
    CompletionStage<OffsetRange> offsets();

    /** The offset of the first record whose timestamp is at or after that time (milliseconds since 1970); empty if none. */
    CompletionStage<OptionalLong> offsetForTime(long timestampMillis);

    /** Ends a parked fetch with CLOSED. Idempotent. */
    @Override
    void close();
}
