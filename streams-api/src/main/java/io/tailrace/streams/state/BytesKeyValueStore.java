package io.tailrace.streams.state;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A typed view of bytes. */
class BytesKeyValueStore<K, V> implements KeyValueStore<K, V> {
    private final String name;
    private final BytesStore bytes;
    private final Serde<K> keys;
    private final Serde<V> values;

    BytesKeyValueStore(String name, BytesStore bytes, Serde<K> keys, Serde<V> values) {
        this.name = name;
        this.bytes = bytes;
        this.keys = keys;
        this.values = values;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final @Nullable V get(K key) {
        byte[] value = bytes.get(bytesOf(key));
        return value == null ? null : values.deserialize(name, ByteBuffer.wrap(value));
    }

    @Override
    public final void put(K key, @Nullable V value) {
        bytes.put(bytesOf(key), value == null ? null : values.serialize(name, value));
    }

    private byte[] bytesOf(K key) {
        return keys.serialize(name, Objects.requireNonNull(key, "key"));
    }

    @Override
    public final Entries<K, V> range(@Nullable K from, @Nullable K to) {
        byte[] end = to == null ? null : bytesOf(to);
        // The smallest key behind the last one that is meant.
        byte[] behind = end == null ? null : Arrays.copyOf(end, end.length + 1);
        Entries<byte[], byte[]> entries = bytes.range(from == null ? null : bytesOf(from), behind);
        return new Entries<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public KeyValue<K, V> next() {
                KeyValue<byte[], byte[]> entry = entries.next();
                return new KeyValue<>(
                        keys.deserialize(name, ByteBuffer.wrap(Objects.requireNonNull(entry.key()))),
                        values.deserialize(name, ByteBuffer.wrap(Objects.requireNonNull(entry.value()))));
            }

            @Override
            public void close() {
                entries.close();
            }
        };
    }
}
