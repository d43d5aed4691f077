package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;

/**
 * A message on its way to a partition that may live anywhere.
 *
 * @param group that the partition lives in: whoever sends knows it from the catalogue, and a shard region cannot wait for that
 */
public record PartitionEnvelope(PartitionId partition, PlacementGroup group, Partition.Command message) {}
