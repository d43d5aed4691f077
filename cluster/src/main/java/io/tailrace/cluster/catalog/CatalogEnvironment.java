package io.tailrace.cluster.catalog;

import io.tailrace.cluster.creation.ReplicaCreators;
import io.tailrace.cluster.placement.StorageNodes;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * What the catalogue needs of its node and its cluster.
 *
 * @param maxPartitions how many all topics may have together
 * @param maxInternals how many internal partitions there may be
 * @param nodes that can hold replicas
 * @param controlVoters the nodes that hold the catalogue itself; they belong to the cluster even while they are not members
 * @param creators the way to those who make replicas
 * @param patience how long a node that is to make replicas may be silent
 */
public record CatalogEnvironment(
        int maxPartitions,
        int maxInternals,
        StorageNodes nodes,
        List<UUID> controlVoters,
        ReplicaCreators creators,
        Duration patience) {}
