package io.tailrace.streams.state;

import io.tailrace.streams.Serde;

/** A typed view of bytes that begin with a timestamp. */
final class BytesTimestampedKeyValueStore<K, V> extends BytesKeyValueStore<K, ValueAndTimestamp<V>>
        implements TimestampedKeyValueStore<K, V> {
    BytesTimestampedKeyValueStore(String name, BytesStore bytes, Serde<K> keys, Serde<V> values) {
        super(name, bytes, keys, new TimestampedSerde<>(values));
    }
}
