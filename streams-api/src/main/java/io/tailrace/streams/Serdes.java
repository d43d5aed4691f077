package io.tailrace.streams;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The serdes for common types. What they write is byte for byte what Kafka's own serializers of the same types write
 * (numbers big-endian, strings and UUIDs as UTF-8 text).
 */
public final class Serdes {
    private static final Serde<String> STRINGS =
            Serde.of((topic, value) -> value.getBytes(StandardCharsets.UTF_8), (topic, bytes) -> text(bytes));
    private static final Serde<byte[]> BYTES = Serde.of((topic, value) -> value, (topic, bytes) -> copy(bytes));
    private static final Serde<ByteBuffer> BYTE_BUFFERS =
            Serde.of((topic, value) -> copy(value.duplicate()), (topic, bytes) -> bytes.slice());
    private static final Serde<Integer> INTEGERS = Serde.of(
            (topic, value) ->
                    ByteBuffer.allocate(Integer.BYTES).putInt(0, value).array(),
            (topic, bytes) -> sized(bytes, Integer.BYTES, "int").getInt(bytes.position()));
    private static final Serde<Long> LONGS = Serde.of(
            (topic, value) -> ByteBuffer.allocate(Long.BYTES).putLong(0, value).array(),
            (topic, bytes) -> sized(bytes, Long.BYTES, "long").getLong(bytes.position()));
    private static final Serde<Short> SHORTS = Serde.of(
            (topic, value) ->
                    ByteBuffer.allocate(Short.BYTES).putShort(0, value).array(),
            (topic, bytes) -> sized(bytes, Short.BYTES, "short").getShort(bytes.position()));
    private static final Serde<Double> DOUBLES = Serde.of(
            (topic, value) ->
                    ByteBuffer.allocate(Double.BYTES).putDouble(0, value).array(),
            (topic, bytes) -> sized(bytes, Double.BYTES, "double").getDouble(bytes.position()));
    private static final Serde<Float> FLOATS = Serde.of(
            (topic, value) ->
                    ByteBuffer.allocate(Float.BYTES).putFloat(0, value).array(),
            (topic, bytes) -> sized(bytes, Float.BYTES, "float").getFloat(bytes.position()));
    private static final Serde<UUID> UUIDS = Serde.of(
            (topic, value) -> value.toString().getBytes(StandardCharsets.UTF_8),
            (topic, bytes) -> UUID.fromString(text(bytes)));
    private static final Serde<Void> VOIDS = Serde.of(
            (topic, value) -> {
                throw new IllegalArgumentException("Void has no values but null.");
            },
            (topic, bytes) -> {
                throw new IllegalArgumentException(bytes.remaining() + " bytes where nothing (null) was expected.");
            });

    private Serdes() {}

    /** Text as UTF-8. */
    public static Serde<String> strings() {
        return STRINGS;
    }

    /** Bytes as they are; read back as a copy of their own. */
    public static Serde<byte[]> bytes() {
        return BYTES;
    }

    /**
     * Bytes from position to limit, which stay where they are. Read back in place, without a copy: the buffer is a view of the
     * fetched chunk and keeps all of it in memory while it is held; it must not be written to.
     */
    public static Serde<ByteBuffer> byteBuffers() {
        return BYTE_BUFFERS;
    }

    /** 4 bytes, big-endian. */
    public static Serde<Integer> integers() {
        return INTEGERS;
    }

    /** 8 bytes, big-endian. */
    public static Serde<Long> longs() {
        return LONGS;
    }

    /** 2 bytes, big-endian. */
    public static Serde<Short> shorts() {
        return SHORTS;
    }

    /** 8 bytes, IEEE 754, big-endian. */
    public static Serde<Double> doubles() {
        return DOUBLES;
    }

    /** 4 bytes, IEEE 754, big-endian. */
    public static Serde<Float> floats() {
        return FLOATS;
    }

    /** The 36 characters of the text form, UTF-8. */
    public static Serde<UUID> uuids() {
        return UUIDS;
    }

    /** For keys or values that are always {@code null}. */
    public static Serde<Void> voids() {
        return VOIDS;
    }

    /** JSON, UTF-8, by Jackson's defaults plus the modules on the class path. */
    public static <T> Serde<T> json(Class<T> type) {
        ObjectMapper mapper = new ObjectMapper().findAndRegisterModules();
        return new JsonSerde<>(mapper, mapper.constructType(type));
    }

    /** The same for a generic type. */
    public static <T> Serde<T> json(TypeReference<T> type) {
        ObjectMapper mapper = new ObjectMapper().findAndRegisterModules();
        return new JsonSerde<>(mapper, mapper.constructType(type.getType()));
    }

    /** The same with a mapper of one's own. */
    public static <T> Serde<T> json(ObjectMapper mapper, Class<T> type) {
        return new JsonSerde<>(mapper, mapper.constructType(type));
    }

    private static String text(ByteBuffer bytes) {
        if (bytes.hasArray()) {
            return new String(
                    bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining(), StandardCharsets.UTF_8);
        }
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return copy;
    }

    private static ByteBuffer sized(ByteBuffer bytes, int size, String type) {
        if (bytes.remaining() != size) {
            throw new IllegalArgumentException(
                    bytes.remaining() + " bytes where a " + type + " of " + size + " was expected.");
        }
        return bytes;
    }
}
