package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import java.util.concurrent.CompletionStage;

/**
 * Finds and feeds partitions: what the storeys above know of them. Stages fail with a
 * {@link io.tailrace.engine.error.TailraceException}; its code says whether to try again.
 */
public interface Partitions {
    /**
     * Appends one batch at the leader. The batch's bytes must not change until the stage completes. Batches of one producer
     * that are sent in order arrive in order.
     *
     * <p>Fails with a retriable code (PARTITION_BUSY, PARTITION_UNAVAILABLE, OUTCOME_UNKNOWN, FENCED, OUT_OF_ORDER_SEQUENCE,
     * DISK_FULL): an idempotent producer then sends everything unanswered again, in order and with the same sequences.
     * Any other code is final for this batch.
     */
    CompletionStage<Appended> append(PartitionId partition, RecordBatch batch);

    /**
     * Moves the start of the partition's log up to that offset; records below are gone for every reader from then on, their
     * files go in the background. The start never goes back: an offset below it changes nothing.
     *
     * <p>Fails with OFFSET_OUT_OF_RANGE above the high watermark, UNKNOWN_TOPIC, or a retriable code as {@link #append} has them;
     * asking again is always safe.
     *
     * @param beforeOffset the new start; -1 for the high watermark, that is everything
     * @return what the partition holds afterwards
     */
    CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset);

    /**
     * Who leads the partition, and how its replicas stand, by its leader. The offsets are confirmed by a quorum; who leads may be another
     * the next moment.
     *
     * <p>Fails with PARTITION_UNAVAILABLE while nobody leads, UNKNOWN_TOPIC.
     */
    CompletionStage<Partition.Description> describe(PartitionId partition);

    /**
     * How the replica on this very node stands, also where nobody leads. Fails with NO_REPLICA if there is none here, or
     * PARTITION_UNAVAILABLE while it is being opened.
     */
    CompletionStage<Replica.Standing> replica(PartitionId partition);

    /**
     * Lets the replica on this very node vote though it may have lost what it had acknowledged: see {@link Replica#recoverUncleanly}. Fails
     * as {@link #replica} does, with INVALID_ARGUMENT if it votes anyway, IO_FAILED.
     */
    CompletionStage<Replica.Standing> recoverUncleanly(PartitionId partition);

    /** Opens a reader; cheap, does no I/O. */
    PartitionReader reader(PartitionId partition);
}
