package io.tailrace.streams;

/**
 * Where a record was stored.
 *
 * @param topic the topic's name
 * @param partition from 0
 * @param offset its place in the partition; -1 in the rare case that the record was stored by an earlier attempt so long ago
 *     that the partition no longer knows where
 * @param timestamp milliseconds since 1970, the partition's own where the topic says {@code LogAppendTime}
 * @param serializedKeySize in bytes, -1 without a key
 * @param serializedValueSize in bytes, -1 without a value
 */
public record RecordMetadata(
        String topic, int partition, long offset, long timestamp, int serializedKeySize, int serializedValueSize) {
    /** Whether the offset is known. */
    public boolean hasOffset() {
        return offset >= 0;
    }

    /** The partition it went to. */
    public TopicPartition topicPartition() {
        return new TopicPartition(topic, partition);
    }
}
