package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record whose key or value a deserializer refused.
 *
 * @param topicPartition where it is
 * @param offset its place there
 * @param timestamp milliseconds since 1970
 * @param headers never {@code null}, perhaps empty
 * @param key its bytes, {@code null} without a key; read-only
 * @param value its bytes, {@code null} without a value; read-only
 * @param part which of the two was refused; if both would be, the key
 * @param cause what the deserializer threw
 */
public record UndecodableRecord(
        TopicPartition topicPartition,
        long offset,
        long timestamp,
        Headers headers,
        @Nullable ByteBuffer key,
        @Nullable ByteBuffer value,
        Part part,
        RuntimeException cause) {
    /** A part of a record. */
    public enum Part {
        /** The key. */
        KEY,
        /** The value. */
        VALUE
    }

    String place() {
        return topicPartition + "@" + offset;
    }

    TailraceException failure() {
        return new TailraceException(
                ErrorCode.SERIALIZATION_FAILED,
                "The " + (part == Part.KEY ? "key" : "value") + " of " + place() + " could not be deserialized: "
                        + cause.getMessage()
                        + " Check that the deserializer fits it, or have such records skipped or stored elsewhere"
                        + " (ConsumerSettings.withDecodingDecider).",
                cause);
    }
}
