package io.tailrace.streams;

import java.nio.ByteBuffer;

/**
 * Turns bytes into an object. Called on the consumer's thread, once per record: it must not block. One instance may serve
 * several streams at once. What it throws is a reason for
 * {@link ConsumerSettings#withDecodingDecider}: by default the stream fails with SERIALIZATION_FAILED, naming the record's place.
 */
@FunctionalInterface
public interface Deserializer<T> {
    /**
     * The object in the bytes from position to limit, read in place.
     *
     * @param topic where the record came from
     * @param bytes never {@code null}: absent keys and values are {@code null} without asking. The buffer is the caller's and
     *     is moved on afterwards; to keep the bytes take a copy, or a {@link ByteBuffer#slice() slice}, which keeps the
     *     whole fetched chunk in memory. They must not be written to.
     */
    T deserialize(String topic, ByteBuffer bytes);
}
