package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.PartitionId;
import java.util.Optional;

/** Which replicas on other nodes are nearer than the leader's. */
@FunctionalInterface
public interface NearReplicas {
    /** None is. */
    NearReplicas NONE = (partition, leader) -> Optional.empty();

    /**
     * A node that holds a replica, can be reached, and is nearer than the leader's; empty if none is.
     *
     * @param leader the id of the node that leads the partition
     */
    Optional<String> nearerThan(PartitionId partition, String leader);
}
