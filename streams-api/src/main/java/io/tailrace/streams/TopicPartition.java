package io.tailrace.streams;

import io.tailrace.cluster.group.TopicPartitionId;
import java.util.Objects;

/**
 * A partition by its topic's name.
 *
 * @param topic the topic's name
 * @param partition from 0
 */
public record TopicPartition(String topic, int partition) {
    /** Refuses a negative partition with an {@link IllegalArgumentException}. */
    public TopicPartition {
        Objects.requireNonNull(topic, "topic");
        if (partition < 0) {
            throw new IllegalArgumentException("Partitions are numbered from 0, not " + partition);
        }
    }

    /** The form that messages print: {@code <topic>-<partition>}. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }

    /** The partition of that name; which topic of that name it is goes unsaid. */
    static TopicPartition of(TopicPartitionId partition) {
        return new TopicPartition(partition.topic(), partition.id().partition());
    }
}
