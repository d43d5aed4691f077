package io.tailrace.streams.topology;

/**
 * Where a record was read.
 *
 * @param topic as the topology names it
 * @param partition from 0
 * @param offset its place in the partition
 */
public record RecordPosition(String topic, int partition, long offset) {}
