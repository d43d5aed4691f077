package io.tailrace.cluster.catalog;

import io.tailrace.engine.partition.PartitionId;
import java.util.UUID;

/**
 * A topic as the catalogue knows it.
 *
 * @param id given once at creation; files and actors are named by it
 * @param partitions how many, at least 1
 */
public record Topic(String name, UUID id, int partitions, TopicSettings settings) {
    /** The id of one of its partitions. */
    public PartitionId partition(int number) {
        return new PartitionId(id, number);
    }
}
