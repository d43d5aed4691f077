package io.tailrace.cluster.catalog;

import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.partition.PartitionId;

/**
 * How far one partition has followed the move of its group, by its leader: what is said of its voters is committed, so it stays true for
 * as long as that move goes on.
 *
 * @param number of the move, see {@link io.tailrace.cluster.placement.GroupMove}
 * @param settled {@code false}: all that are to come vote; {@code true}: nobody else votes any more
 */
public record MoveReport(PartitionId partition, PlacementGroup group, long number, boolean settled) {}
