package io.tailrace.streams.query;

import io.tailrace.streams.state.KeyValueStore;
import io.tailrace.streams.state.ReadOnlyKeyValueStore;
import io.tailrace.streams.state.ReadOnlyWindowStore;
import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.state.WindowStore;

/** As what stores can be looked at. After Kafka Streams' {@code QueryableStoreTypes}. */
public final class QueryableStoreTypes {
    private QueryableStoreTypes() {}

    /** Values by key; of a store that keeps timestamps, as tables do, without them. */
    public static <K, V> QueryableStoreType<ReadOnlyKeyValueStore<K, V>> keyValueStore() {
        return new QueryableStoreType<>("key-value store", KeyValueStore.class, PlainKeyValues<K, V>::new);
    }

    /** Values and their timestamps by key: what tables are kept in. */
    public static <K, V> QueryableStoreType<ReadOnlyKeyValueStore<K, ValueAndTimestamp<V>>> timestampedKeyValueStore() {
        return new QueryableStoreType<>(
                "key-value store with timestamps",
                TimestampedKeyValueStore.class,
                KeyValues<K, ValueAndTimestamp<V>>::new);
    }

    /** Values by key and window; of a store that keeps timestamps, as tables do, without them. */
    public static <K, V> QueryableStoreType<ReadOnlyWindowStore<K, V>> windowStore() {
        return new QueryableStoreType<>("window store", WindowStore.class, PlainWindows<K, V>::new);
    }

    /** Values and their timestamps by key and window: what windowed tables are kept in. */
    public static <K, V> QueryableStoreType<ReadOnlyWindowStore<K, ValueAndTimestamp<V>>> timestampedWindowStore() {
        return new QueryableStoreType<>("window store", WindowStore.class, Windows<K, ValueAndTimestamp<V>>::new);
    }
}
