package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A table of which every instance of an application has a copy of its own: all of the topic, whatever the partition. Streams are joined with it by any key, and their topics need
 * not have as many partitions as its topic. After Kafka Streams' {@code GlobalKTable}.
 */
public final class GlobalTable<K, V> {
    private final String store;
    private final @Nullable String queryableStore;

    private GlobalTable(String store, @Nullable String queryableStore) {
        this.store = store;
        this.queryableStore = queryableStore;
    }

    static <K, V> GlobalTable<K, V> add(
            Graph graph, String topic, Consumed<K, V> consumed, Materialized<K, V> materialized) {
        String processor = consumed.name() == null ? graph.name("global-table") : consumed.name();
        String store = materialized.name() == null ? processor + "-store" : materialized.name();
        Serde<K> keys = Graph.known(consumed.keySerde(), materialized.keySerde(), "the keys of " + topic);
        Serde<V> values = Graph.known(consumed.valueSerde(), materialized.valueSerde(), "the values of " + topic);
        graph.topology()
                .addGlobalStore(
                        Stores.timestampedKeyValueStore(
                                store,
                                Graph.known(materialized.keySerde(), keys, "the keys of store " + store),
                                Graph.known(materialized.valueSerde(), values, "the values of store " + store)),
                        processor + "-source",
                        consumed.timestamps(),
                        keys,
                        values,
                        topic,
                        processor,
                        TableSource.<K, V>global(store));
        return new GlobalTable<>(store, materialized.name());
    }

    /** The store in which the table can be queried; {@code null} if it was given no name. */
    public @Nullable String queryableStoreName() {
        return queryableStore;
    }

    TableLookup<K, V> lookup() {
        return TableLookup.inStore(store);
    }
}
