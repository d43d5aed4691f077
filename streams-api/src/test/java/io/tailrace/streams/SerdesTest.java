package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.ByteBufferSerializer;
import org.apache.kafka.common.serialization.DoubleSerializer;
import org.apache.kafka.common.serialization.FloatSerializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.ShortSerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.serialization.UUIDSerializer;
import org.junit.jupiter.api.Test;

class SerdesTest {
    record Reading(String sensor, double value) {}

    private static <T> void agree(Serde<T> serde, org.apache.kafka.common.serialization.Serializer<T> oracle, T value) {
        byte[] bytes = serde.serialize("topic", value);
        assertThat(bytes).isEqualTo(oracle.serialize("topic", value));
        // In the middle of a larger array, as in a batch.
        ByteBuffer larger = ByteBuffer.allocate(bytes.length + 9).position(5).put(bytes);
        larger.limit(larger.position()).position(5);
        assertThat(serde.deserialize("topic", larger)).isEqualTo(value);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        assertThat(serde.deserialize("topic", direct)).isEqualTo(value);
    }

    @Test
    void bytesAreThoseOfKafkasSerializersAndComeBackEqual() {
        Stream.of("", "plain", "äöü – 東京 🚀").forEach(text -> agree(Serdes.strings(), new StringSerializer(), text));
        Stream.of(0, -1, 42, Integer.MIN_VALUE, Integer.MAX_VALUE)
                .forEach(number -> agree(Serdes.integers(), new IntegerSerializer(), number));
        Stream.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE)
                .forEach(number -> agree(Serdes.longs(), new LongSerializer(), number));
        Stream.of((short) 0, (short) -1, Short.MIN_VALUE, Short.MAX_VALUE)
                .forEach(number -> agree(Serdes.shorts(), new ShortSerializer(), number));
        Stream.of(0.0, -1.5, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY)
                .forEach(number -> agree(Serdes.doubles(), new DoubleSerializer(), number));
        Stream.of(0f, -1.5f, Float.MIN_VALUE, Float.NaN)
                .forEach(number -> agree(Serdes.floats(), new FloatSerializer(), number));
        agree(Serdes.uuids(), new UUIDSerializer(), new UUID(0x0123456789abcdefL, 0xfedcba9876543210L));
        agree(Serdes.bytes(), new ByteArraySerializer(), new byte[] {1, 2, 3});
        agree(Serdes.byteBuffers(), new ByteBufferSerializer(), ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void byteBuffersAreReadInPlaceAndWrittenWithoutBeingMoved() {
        ByteBuffer chunk = ByteBuffer.wrap(new byte[] {9, 1, 2, 9}).position(1).limit(3);
        ByteBuffer read = Serdes.byteBuffers().deserialize("topic", chunk);
        chunk.put(1, (byte) 7);
        assertThat(read.get(0)).isEqualTo((byte) 7);
        assertThat(Serdes.byteBuffers().serialize("topic", read)).containsExactly(7, 2);
        assertThat(read.remaining()).isEqualTo(2);
    }

    @Test
    void bytesAreCopiedOutOfTheChunk() {
        ByteBuffer chunk = ByteBuffer.wrap(new byte[] {1, 2});
        byte[] read = Serdes.bytes().deserialize("topic", chunk);
        chunk.put(0, (byte) 7);
        assertThat(read).containsExactly(1, 2);
    }

    @Test
    void numbersOfAnotherSizeAreRefused() {
        assertThatThrownBy(() -> Serdes.longs().deserialize("topic", ByteBuffer.allocate(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 bytes where a long of 8");
    }

    @Test
    void voidHasNoBytes() {
        assertThatThrownBy(() -> Serdes.voids().deserialize("topic", ByteBuffer.allocate(4)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void jsonComesBackEqual() {
        Serde<Reading> readings = Serdes.json(Reading.class);
        Reading reading = new Reading("north", 21.5);
        byte[] bytes = readings.serialize("topic", reading);
        assertThat(new String(bytes, java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("{\"sensor\":\"north\",\"value\":21.5}");
        assertThat(readings.deserialize("topic", ByteBuffer.wrap(bytes))).isEqualTo(reading);

        Serde<Map<String, List<Reading>>> nested = Serdes.json(new TypeReference<>() {});
        Map<String, List<Reading>> value = Map.of("a", List.of(reading));
        assertThat(nested.deserialize("topic", ByteBuffer.wrap(nested.serialize("topic", value))))
                .isEqualTo(value);
    }

    @Test
    void brokenJsonIsRefused() {
        assertThatThrownBy(() -> Serdes.json(Reading.class).deserialize("topic", ByteBuffer.wrap(new byte[] {'{'})))
                .isInstanceOf(java.io.UncheckedIOException.class);
    }
}
