package io.tailrace.streams.dsl;

/** How much a buffer of changes may hold, and what happens when it holds more: it gives some early, or the application stops. After Kafka Streams' {@code Suppressed.BufferConfig}. */
public sealed interface BufferConfig permits EagerBufferConfig, StrictBufferConfig {
    /** How many keys it holds at most; {@link Long#MAX_VALUE}: as many as there are. */
    long maxRecords();

    /** How many bytes its entries take at most, as they are kept; {@link Long#MAX_VALUE}: as many as they do. */
    long maxBytes();

    /** The same with so many keys at most. */
    BufferConfig withMaxRecords(long records);

    /** The same with so many bytes at most. */
    BufferConfig withMaxBytes(long bytes);

    /** So many keys; with more it gives the earliest early. */
    static EagerBufferConfig maxRecords(long records) {
        return new EagerBufferConfig(records, Long.MAX_VALUE);
    }

    /** So many bytes; with more it gives the earliest early. */
    static EagerBufferConfig maxBytes(long bytes) {
        return new EagerBufferConfig(Long.MAX_VALUE, bytes);
    }

    /** As much as comes, so that what is to be waited for decides alone: for who knows that it is not too much. */
    static StrictBufferConfig unbounded() {
        return new StrictBufferConfig(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** The same that stops the application when it is full: nothing is given early. */
    default StrictBufferConfig shutDownWhenFull() {
        return new StrictBufferConfig(maxRecords(), maxBytes());
    }

    /** The same that gives the earliest changes early when it is full. */
    default EagerBufferConfig emitEarlyWhenFull() {
        return new EagerBufferConfig(maxRecords(), maxBytes());
    }

    /** The same without a bound. */
    default StrictBufferConfig withNoBound() {
        return unbounded();
    }
}
