package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a foreign key says to a key that has subscribed to it.
 *
 * @param hash as it was in the subscription
 * @param value the foreign key's; {@code null}: it has none
 * @param partition as it was in the subscription; it is not among the bytes, -1 when it has been read
 */
record ForeignKeyAnswer<V>(
        @Nullable ValueHash hash, @Nullable V value, int partition) {
    private static final byte VERSION = 1;
    private static final byte[] NOTHING = {};

    /** To a subscription. */
    static <V> ForeignKeyAnswer<V> to(ForeignKeySubscription<?> subscription, @Nullable V value) {
        return new ForeignKeyAnswer<>(subscription.hash(), value, subscription.partition());
    }

    /** As bytes. Format 1: a byte 1; a byte 1 and 16 bytes of hash if there is one, else a byte 0; a byte 1 and the value, up to the end, if there is one, else a byte 0. */
    static <V> Serde<ForeignKeyAnswer<V>> serde(Serde<V> values) {
        return Serde.of(
                (topic, all) -> {
                    V value = all.value;
                    byte[] valueBytes = value == null ? NOTHING : values.serialize(topic, value);
                    return write(all, valueBytes);
                },
                (topic, bytes) -> read(values, topic, bytes));
    }

    private static byte[] write(ForeignKeyAnswer<?> all, byte[] value) {
        ValueHash hash = all.hash;
        int hashBytes = hash == null ? 0 : ValueHash.BYTES;
        ByteBuffer bytes = ByteBuffer.allocate(3 + hashBytes + value.length);
        bytes.put(VERSION).put((byte) (hash == null ? 0 : 1));
        if (hash != null) {
            hash.write(bytes);
        }
        return bytes.put((byte) (all.value == null ? 0 : 1)).put(value).array();
    }

    private static <V> ForeignKeyAnswer<V> read(Serde<V> values, String topic, ByteBuffer bytes) {
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "An answer of format " + version + ", which this version does not know.");
        }
        ValueHash hash = bytes.get() == 1 ? ValueHash.read(bytes) : null;
        V value = bytes.get() == 1 ? values.deserialize(topic, bytes) : null;
        return new ForeignKeyAnswer<>(hash, value, -1);
    }
}
