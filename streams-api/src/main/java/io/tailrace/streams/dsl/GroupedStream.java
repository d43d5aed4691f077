package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.Stores;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stream whose records are brought together by key. Records without a key or a value are dropped by what follows. */
public final class GroupedStream<K, V> {
    private final Graph graph;
    private final String node;
    private final @Nullable String name;
    private final @Nullable Serde<K> keySerde;
    private final @Nullable Serde<V> valueSerde;
    private final boolean rekeyed;
    /** Once it has been sent through a topic, it is not sent again. */
    private @Nullable String keyed;

    GroupedStream(
            Graph graph,
            String node,
            @Nullable String name,
            @Nullable Serde<K> keySerde,
            @Nullable Serde<V> valueSerde,
            boolean rekeyed) {
        this.graph = graph;
        this.node = node;
        this.name = name;
        this.keySerde = keySerde;
        this.valueSerde = valueSerde;
        this.rekeyed = rekeyed;
    }

    /** How many records of each key there have been. */
    public EventTable<K, Long> count() {
        return count(new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<K, Long> count(Materialized<K, Long> materialized) {
        Materialized<K, Long> longs =
                materialized.valueSerde() == null ? materialized.withValueSerde(Serdes.longs()) : materialized;
        return aggregate("count", () -> 0L, (key, value, sum) -> sum + 1, longs);
    }

    /** What the function makes of the values of each key, the first as it is. */
    public EventTable<K, V> reduce(BinaryOperator<V> reducer) {
        return reduce(reducer, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<K, V> reduce(BinaryOperator<V> reducer, Materialized<K, V> materialized) {
        Materialized<K, V> values = materialized.valueSerde() == null && valueSerde != null
                ? materialized.withValueSerde(valueSerde)
                : materialized;
        return add("reduce", new StreamAggregate.Reducing<>(reducer), values);
    }

    /** What the functions make of the values of each key. */
    public <A> EventTable<K, A> aggregate(
            Supplier<A> initializer, Aggregator<? super K, ? super V, A> aggregator, Materialized<K, A> materialized) {
        return aggregate("aggregate", initializer, aggregator, materialized);
    }

    private <A> EventTable<K, A> aggregate(
            String kind,
            Supplier<A> initializer,
            Aggregator<? super K, ? super V, A> aggregator,
            Materialized<K, A> materialized) {
        return add(kind, new StreamAggregate.Aggregating<>(initializer, aggregator), materialized);
    }

    private <A> EventTable<K, A> add(String kind, StreamAggregate.Fold<K, V, A> fold, Materialized<K, A> materialized) {
        String operator = graph.name(kind);
        String store = materialized.name() == null ? operator + "-store" : materialized.name();
        Serde<K> keys = Graph.known(materialized.keySerde(), keySerde, "the keys of store " + store);
        Serde<A> aggregates = Graph.known(materialized.valueSerde(), null, "the values of store " + store);
        StreamAggregate<K, V, A> aggregate = new StreamAggregate<>(store, fold);
        graph.process(operator, aggregate, keyed(store));
        graph.store(Stores.timestampedKeyValueStore(store, keys, aggregates), operator);
        return new EventTable<>(graph, operator, aggregate, keys, aggregates, materialized.name());
    }

    /** The node that gives the records in the partitions of their keys. */
    private String keyed(String store) {
        if (!rekeyed) {
            // Of several topics, the records of a key only come to the same task if it has the same number in all of
            // them.
            graph.topology().copartition(node);
            return node;
        }
        if (keyed == null) {
            String topic = (name == null ? store : name) + "-repartition";
            String withKey = graph.process(topic + "-filter", StreamOperators.<K, V>withKey(), node);
            keyed = graph.through(
                    topic,
                    null,
                    null,
                    Graph.known(keySerde, null, "the keys of " + topic),
                    Graph.known(valueSerde, null, "the values of " + topic),
                    withKey);
        }
        return keyed;
    }
}
