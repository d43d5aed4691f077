package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replicas;
import java.util.concurrent.Executor;

/**
 * Readers of the replicas that live here, whoever leads: what a node serves to readers on other nodes. Nobody is asked to start
 * anything: what is not open is PARTITION_UNAVAILABLE.
 */
public final class ReplicaReaders {
    private final Replicas replicas;
    private final Executor io;

    /**
     * Over the replicas of a process.
     *
     * @param io where files are read
     */
    public ReplicaReaders(Replicas replicas, Executor io) {
        this.replicas = replicas;
        this.io = io;
    }

    /**
     * Opens a reader; cheap, does no I/O. An offset above a follower's high watermark is PARTITION_UNAVAILABLE, since the
     * follower may not have heard of it yet.
     */
    public PartitionReader reader(PartitionId partition) {
        return new LocalPartitionReader(partition, replicas, io);
    }
}
