package io.tailrace.streams;

import io.tailrace.engine.record.Headers;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record to be produced.
 *
 * @param topic the topic's name; the topic has to exist
 * @param partition which partition, or {@code null}: then the key decides, and without a key the producer chooses
 * @param timestamp milliseconds since 1970, or {@code null} for the time at which the producer takes the record in
 * @param key or {@code null}
 * @param value or {@code null}, which a compacted topic reads as "deleted" (a tombstone)
 * @param headers never {@code null}, perhaps empty
 */
public record ProducerRecord<K, V>(
        String topic,
        @Nullable Integer partition,
        @Nullable Long timestamp,
        @Nullable K key,
        @Nullable V value,
        Headers headers) {

    /** Refuses a negative partition or timestamp with an {@link IllegalArgumentException}. */
    public ProducerRecord {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(headers, "headers");
        if (partition != null && partition < 0) {
            throw new IllegalArgumentException("Partitions are numbered from 0, not " + partition);
        }
        if (timestamp != null && timestamp < 0) {
            throw new IllegalArgumentException("A timestamp is milliseconds since 1970, not " + timestamp);
        }
    }

    /** The same as {@link #of(String, Object)}. */
    public ProducerRecord(String topic, @Nullable V value) {
        this(topic, null, null, null, value, Headers.EMPTY);
    }

    /** The same as {@link #of(String, Object, Object)}. */
    public ProducerRecord(String topic, @Nullable K key, @Nullable V value) {
        this(topic, null, null, key, value, Headers.EMPTY);
    }

    /** A record for a given partition. */
    public ProducerRecord(String topic, @Nullable Integer partition, @Nullable K key, @Nullable V value) {
        this(topic, partition, null, key, value, Headers.EMPTY);
    }

    /** The same with a timestamp, in milliseconds since 1970. */
    public ProducerRecord(
            String topic, @Nullable Integer partition, @Nullable Long timestamp, @Nullable K key, @Nullable V value) {
        this(topic, partition, timestamp, key, value, Headers.EMPTY);
    }

    /** A record without key: the producer chooses the partition, a batch at a time. */
    public static <K, V> ProducerRecord<K, V> of(String topic, @Nullable V value) {
        return new ProducerRecord<>(topic, value);
    }

    /** A record whose key decides the partition. */
    public static <K, V> ProducerRecord<K, V> of(String topic, @Nullable K key, @Nullable V value) {
        return new ProducerRecord<>(topic, key, value);
    }

    /** The same for a given partition. */
    public ProducerRecord<K, V> withPartition(int partition) {
        return new ProducerRecord<>(topic, partition, timestamp, key, value, headers);
    }

    /** The same with a timestamp, in milliseconds since 1970. */
    public ProducerRecord<K, V> withTimestamp(long timestampMillis) {
        return new ProducerRecord<>(topic, partition, timestampMillis, key, value, headers);
    }

    /** The same with other headers. */
    public ProducerRecord<K, V> withHeaders(Headers headers) {
        return new ProducerRecord<>(topic, partition, timestamp, key, value, headers);
    }
}
