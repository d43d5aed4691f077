package io.tailrace.engine.partition;

import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.replication.Replicas;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * What a node gives to each of its partitions.
 *
 * @param replicas the replicas whose files this process owns
 * @param settings asks the catalogue, which answers at once or soon; fails with UNKNOWN_TOPIC or UNKNOWN_PARTITION. Asked again
 *     about once a second, so that a partition follows what changes
 * @param space whether the disk has room
 * @param io for blocking work
 * @param limits the bounds
 */
public record PartitionEnvironment(
        Replicas replicas,
        Function<PartitionId, CompletionStage<PartitionSettings>> settings,
        FileStore files,
        DiskSpace space,
        Executor io,
        InstantSource clock,
        Limits limits) {

    /**
     * The bounds of one partition.
     *
     * @param queuedBytes of batches that wait while others are written; more is refused with PARTITION_BUSY
     * @param groupBytes of batches that are written as one
     * @param waitingAsks how many may wait for the election to end
     * @param producers how many idempotent producers are remembered
     * @param snapshotBytes of log between two snapshots: replay costs at most about twice as many
     * @param retentionCheckInterval between two looks for records that have expired
     */
    public record Limits(
            long queuedBytes,
            int groupBytes,
            int waitingAsks,
            int producers,
            long snapshotBytes,
            Duration retentionCheckInterval) {}
}
