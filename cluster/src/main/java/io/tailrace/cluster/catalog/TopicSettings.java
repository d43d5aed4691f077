package io.tailrace.cluster.catalog;

import io.tailrace.engine.record.TimestampType;

/**
 * The settings of a topic, under Kafka's names.
 *
 * @param maxMessageBytes {@code max.message.bytes}: the largest batch accepted, in bytes
 * @param segmentBytes {@code segment.bytes}: a segment is rolled before it grows past this
 * @param segmentMillis {@code segment.ms}: a segment is rolled when its first batch is older than this
 * @param timestampType {@code message.timestamp.type}
 */
public record TopicSettings(int maxMessageBytes, int segmentBytes, long segmentMillis, TimestampType timestampType) {
    /** What a topic gets that says nothing: 1 MiB batches, 1 GiB segments, 7 days, create time. */
    public static final TopicSettings DEFAULT =
            new TopicSettings(1_048_588, 1 << 30, 7L * 24 * 60 * 60 * 1000, TimestampType.CREATE_TIME);
}
