package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;
import java.util.Comparator;

/**
 * A partition, with its topic's name as it was when it was dealt out.
 *
 * @param topic the name
 * @param id which partition
 */
public record TopicPartitionId(String topic, PartitionId id) {
    /** By topic, then by number. */
    public static final Comparator<TopicPartitionId> ORDER = Comparator.comparing(TopicPartitionId::topic)
            .thenComparing(partition -> partition.id().topicId())
            .thenComparingInt(partition -> partition.id().partition());
}
