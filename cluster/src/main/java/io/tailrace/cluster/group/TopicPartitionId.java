package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;

/**
 * A partition, with its topic's name as it was when it was dealt out.
 *
 * @param topic the name
 * @param id which partition
 */
public record TopicPartitionId(String topic, PartitionId id) {}
