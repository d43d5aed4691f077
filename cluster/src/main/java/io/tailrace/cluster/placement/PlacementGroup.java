package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.PartitionId;

/**
 * Which placement group, that is which Pekko shard, a partition lives in. A fixed number of groups keeps the sharding
 * coordinator's state small however many partitions there are; neighbouring partitions of a topic fall into neighbouring
 * groups, so that their leaders spread evenly.
 */
final class PlacementGroup {
    /** How many there are; fixed, since it names where every partition lives. */
    static final int GROUPS = 128;

    private PlacementGroup() {}

    static int of(PartitionId partition) {
        return Math.floorMod(partition.topicId().hashCode() + partition.partition(), GROUPS);
    }
}
