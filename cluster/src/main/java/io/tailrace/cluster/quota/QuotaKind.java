package io.tailrace.cluster.quota;

/** What is counted. Each is limited by itself. */
public enum QuotaKind {
    /** Bytes that a client stores: Kafka's {@code producer_byte_rate}. */
    PRODUCE,
    /** Bytes that a client is given: Kafka's {@code consumer_byte_rate}. */
    CONSUME
}
