package io.tailrace.streams;

import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * A record that was consumed.
 *
 * @param topic the topic's name
 * @param partition from 0
 * @param offset its place in the partition
 * @param timestamp milliseconds since 1970
 * @param timestampType what the timestamp means
 * @param serializedKeySize in bytes, -1 without a key
 * @param serializedValueSize in bytes, -1 without a value
 * @param key or {@code null}
 * @param value or {@code null} for a tombstone
 * @param headers never {@code null}, perhaps empty
 * @param leaderEpoch the epoch of the leader that stored it
 */
public record ConsumerRecord<K, V>(
        String topic,
        int partition,
        long offset,
        long timestamp,
        TimestampType timestampType,
        int serializedKeySize,
        int serializedValueSize,
        @Nullable K key,
        @Nullable V value,
        Headers headers,
        int leaderEpoch) {
    /** The partition it came from. */
    public TopicPartition topicPartition() {
        return new TopicPartition(topic, partition);
    }
}
