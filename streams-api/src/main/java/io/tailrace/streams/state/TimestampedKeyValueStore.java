package io.tailrace.streams.state;

/** The values of keys, and as of when they are: what tables are kept in. */
public interface TimestampedKeyValueStore<K, V> extends KeyValueStore<K, ValueAndTimestamp<V>> {}
