package io.tailrace.streams;

import java.nio.ByteBuffer;

/** A serializer and the deserializer that reads it back, in one; it can be given wherever either is asked for. */
public interface Serde<T> extends Serializer<T>, Deserializer<T> {
    /** Joins the two. */
    static <T> Serde<T> of(Serializer<T> serializer, Deserializer<T> deserializer) {
        return new Serde<>() {
            @Override
            public byte[] serialize(String topic, T value) {
                return serializer.serialize(topic, value);
            }

            @Override
            public T deserialize(String topic, ByteBuffer bytes) {
                return deserializer.deserialize(topic, bytes);
            }
        };
    }
}
