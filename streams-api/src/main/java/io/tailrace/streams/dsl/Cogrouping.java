package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import java.util.ArrayList;
import java.util.List;

/** Puts the nodes of a cogroup together: an aggregate for each stream, all with the same stores, and one node that brings their changes together. */
abstract class Cogrouping<K, KR, A> {
    /**
     * A stream that is to be aggregated.
     *
     * @param number from 0
     * @param node what its aggregate is to be called
     * @param parent whose records it gets
     */
    record Input<K, V, A>(int number, String node, String parent, Aggregator<? super K, ? super V, A> aggregator) {}

    private final List<CogroupedStream.Part<K, ?, A>> parts;
    private final Materialized<K, A> materialized;
    private final Graph graph;
    private final String name;
    private final String store;

    Cogrouping(List<CogroupedStream.Part<K, ?, A>> parts, Materialized<K, A> materialized) {
        this.parts = parts;
        this.materialized = materialized;
        this.graph = parts.get(0).grouped().graph();
        this.name = graph.name("cogroup");
        this.store = materialized.name() == null ? name + "-store" : materialized.name();
    }

    final Graph graph() {
        return graph;
    }

    final String store() {
        return store;
    }

    /** Adds the aggregate of a stream to the graph. */
    abstract <V> TableOperator<KR, A> add(Input<K, V, A> input);

    /** Adds the stores. Returns the serde for the keys of the table. */
    abstract Serde<KR> addStores(Serde<K> keys, Serde<A> values, String... nodes);

    final EventTable<KR, A> table() {
        Serde<K> keys =
                Graph.known(materialized.keySerde(), parts.get(0).grouped().keySerde(), "the keys of store " + store);
        Serde<A> values = Graph.known(materialized.valueSerde(), null, "the values of store " + store);
        List<TableOperator<KR, A>> operators = new ArrayList<>();
        String[] nodes = new String[parts.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = name + "-" + (i + 1);
            operators.add(add(input(i, parts.get(i))));
        }
        Serde<KR> tableKeys = addStores(keys, values, nodes);
        graph.process(name, StreamOperators.merge(), nodes);
        return new EventTable<>(graph, name, new MergedTables<>(operators), tableKeys, values, materialized.name());
    }

    private <V> Input<K, V, A> input(int number, CogroupedStream.Part<K, V, A> part) {
        // Streams that were given no name for the topic through which they go get one that differs.
        String parent = part.grouped().keyed(number == 0 ? store : store + "-" + (number + 1));
        return new Input<>(number, name + "-" + (number + 1), parent, part.aggregator());
    }
}
