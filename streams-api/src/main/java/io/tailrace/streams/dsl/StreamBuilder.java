package io.tailrace.streams.dsl;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serde;
import io.tailrace.streams.topology.Topology;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * Where a stream application begins: what it reads.
 *
 * <pre>{@code
 * StreamBuilder builder = new StreamBuilder();
 * builder.stream("words", Consumed.with(Serdes.strings(), Serdes.strings()))
 *         .groupBy((key, word) -> word, Grouped.with(Serdes.strings(), Serdes.strings()))
 *         .count(Materialized.as("counts"))
 *         .toStream()
 *         .to("counts", Produced.with(Serdes.strings(), Serdes.longs()));
 * Topology topology = builder.build();
 * }</pre>
 */
public final class StreamBuilder {
    private final Graph graph = new Graph();

    /** The records of a topic. */
    public <K, V> EventStream<K, V> stream(String topic, Consumed<K, V> consumed) {
        return stream(List.of(topic), consumed);
    }

    /** The records of several topics as one stream. */
    public <K, V> EventStream<K, V> stream(Collection<String> topics, Consumed<K, V> consumed) {
        return new EventStream<>(
                graph, source("source", topics, consumed), consumed.keySerde(), consumed.valueSerde(), false);
    }

    /** The last value of each key of a topic, which ought to be compacted. */
    public <K, V> EventTable<K, V> table(String topic, Consumed<K, V> consumed) {
        return table(topic, consumed, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public <K, V> EventTable<K, V> table(String topic, Consumed<K, V> consumed, Materialized<K, V> materialized) {
        Materialized<K, V> kept = new Materialized<>(
                materialized.name(),
                materialized.keySerde() == null ? consumed.keySerde() : materialized.keySerde(),
                materialized.valueSerde() == null ? consumed.valueSerde() : materialized.valueSerde());
        return TableSource.add(graph, "table", source("table-source", List.of(topic), consumed), kept);
    }

    /** The last value of each key of a topic, of which every instance of the application keeps a copy. */
    public <K, V> GlobalTable<K, V> globalTable(String topic, Consumed<K, V> consumed) {
        return globalTable(topic, consumed, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public <K, V> GlobalTable<K, V> globalTable(
            String topic, Consumed<K, V> consumed, Materialized<K, V> materialized) {
        return GlobalTable.add(graph, topic, consumed, materialized);
    }

    private <K, V> String source(String kind, Collection<String> topics, Consumed<K, V> consumed) {
        String name = consumed.name() == null ? graph.name(kind) : consumed.name();
        Serde<K> keys = Graph.known(consumed.keySerde(), null, "the keys of " + topics);
        Serde<V> values = Graph.known(consumed.valueSerde(), null, "the values of " + topics);
        graph.topology().addSource(name, consumed.timestamps(), consumed.reset(), keys, values, List.copyOf(topics));
        return Objects.requireNonNull(name);
    }

    /**
     * What has been put together. Nothing can be added afterwards.
     *
     * @throws TailraceException INVALID_TOPOLOGY: what does not fit together
     */
    public Topology build() {
        return graph.build();
    }
}
