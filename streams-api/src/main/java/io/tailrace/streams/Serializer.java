package io.tailrace.streams;

/**
 * Turns an object into bytes. Called on the producer's thread, once per record: it must not block. One instance may serve
 * several streams at once. What it throws fails the record with
 * {@link io.tailrace.engine.error.ErrorCode#SERIALIZATION_FAILED}.
 */
@FunctionalInterface
public interface Serializer<T> {
    /**
     * The bytes of a value. They are copied before the call after this one, so a caller's array may be handed out as it is.
     *
     * @param topic where the record goes
     * @param value never {@code null}: {@code null} keys and values are stored as such without asking
     */
    byte[] serialize(String topic, T value);
}
