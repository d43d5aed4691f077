package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.Stores;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A table whose entries are brought together by other keys. An entry that changes or goes is subtracted where it was added. */
public final class GroupedTable<K, V> {
    private final Graph graph;
    private final String node;
    private final Grouped<K, V> grouped;
    /** Once it has been sent through a topic, it is not sent again. */
    private @Nullable String keyed;

    GroupedTable(Graph graph, String node, Grouped<K, V> grouped) {
        this.graph = graph;
        this.node = node;
        this.grouped = grouped;
    }

    /** How many entries of each key there are. */
    public EventTable<K, Long> count() {
        return count(new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<K, Long> count(Materialized<K, Long> materialized) {
        Materialized<K, Long> longs =
                materialized.valueSerde() == null ? materialized.withValueSerde(Serdes.longs()) : materialized;
        return add(
                "count",
                new TableAggregate.Aggregating<>(
                        () -> 0L, (key, value, count) -> count + 1L, (key, value, count) -> count - 1L),
                longs);
    }

    /** What the functions make of the values of each key, the first as it is. */
    public EventTable<K, V> reduce(BinaryOperator<V> adder, BinaryOperator<V> subtractor) {
        return reduce(adder, subtractor, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<K, V> reduce(
            BinaryOperator<V> adder, BinaryOperator<V> subtractor, Materialized<K, V> materialized) {
        Serde<V> values = grouped.valueSerde();
        Materialized<K, V> kept = materialized.valueSerde() == null && values != null
                ? materialized.withValueSerde(values)
                : materialized;
        return add("reduce", new TableAggregate.Reducing<>(adder, subtractor), kept);
    }

    /** What the functions make of the values of each key. */
    public <A> EventTable<K, A> aggregate(
            Supplier<A> initializer,
            Aggregator<? super K, ? super V, A> adder,
            Aggregator<? super K, ? super V, A> subtractor,
            Materialized<K, A> materialized) {
        return add("aggregate", new TableAggregate.Aggregating<>(initializer, adder, subtractor), materialized);
    }

    private <A> EventTable<K, A> add(String kind, TableAggregate.Fold<K, V, A> fold, Materialized<K, A> materialized) {
        String operator = graph.name(kind);
        String store = materialized.name() == null ? operator + "-store" : materialized.name();
        Serde<K> keys = Graph.known(materialized.keySerde(), grouped.keySerde(), "the keys of store " + store);
        Serde<A> aggregates = Graph.known(materialized.valueSerde(), null, "the values of store " + store);
        TableAggregate<K, V, A> aggregate = new TableAggregate<>(store, fold);
        graph.process(operator, aggregate, keyed(store));
        graph.store(Stores.timestampedKeyValueStore(store, keys, aggregates), operator);
        return new EventTable<>(graph, operator, aggregate, keys, aggregates, materialized.name());
    }

    private String keyed(String store) {
        if (keyed == null) {
            String topic = (grouped.name() == null ? store : grouped.name()) + "-repartition";
            keyed = graph.through(
                    topic,
                    null,
                    null,
                    Graph.known(grouped.keySerde(), null, "the keys of " + topic),
                    new ChangeSerde<>(Graph.known(grouped.valueSerde(), null, "the values of " + topic)),
                    node);
        }
        return keyed;
    }
}
