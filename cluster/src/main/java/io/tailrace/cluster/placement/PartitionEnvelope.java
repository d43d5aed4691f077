package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;

/** A message on its way to a partition that may live anywhere. */
public record PartitionEnvelope(PartitionId partition, Partition.Command message) {}
