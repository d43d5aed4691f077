package io.tailrace.cluster.catalog;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * A topic as the catalogue knows it.
 *
 * @param id given once at creation; files and actors are named by it
 * @param partitions how many, at least 1
 * @param replicas how many nodes hold each partition, at least 1
 */
public record Topic(String name, UUID id, int partitions, int replicas, TopicSettings settings) {
    /** The id of one of its partitions. */
    public PartitionId partition(int number) {
        return new PartitionId(id, number);
    }

    /** Its partitions from that number on. */
    List<PartitionId> partitionsFrom(int first) {
        return IntStream.range(first, partitions).mapToObj(this::partition).toList();
    }
}
