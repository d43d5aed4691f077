package io.tailrace.streams;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** JSON by Jackson; writer and reader are looked up once, not per record. */
final class JsonSerde<T> implements Serde<T> {
    private final ObjectWriter writer;
    private final ObjectReader reader;

    JsonSerde(ObjectMapper mapper, JavaType type) {
        this.writer = mapper.writerFor(type);
        this.reader = mapper.readerFor(type);
    }

    @Override
    public byte[] serialize(String topic, T value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public T deserialize(String topic, ByteBuffer bytes) {
        if (!bytes.hasArray()) {
            return deserialize(topic, ByteBuffer.wrap(Serdes.copy(bytes)));
        }
        try {
            T value = reader.readValue(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            if (value == null) {
                throw new IllegalArgumentException("The JSON literal null is no value: send a null value instead.");
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
