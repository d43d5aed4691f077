package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/** Puts a join of two tables of the same keys into the graph. */
final class TableJoins {
    private TableJoins() {}

    static <K, V1, V2, R> EventTable<K, R> add(
            EventTable<K, V1> left,
            EventTable<K, V2> right,
            ValueJoiner<? super V1, ? super V2, ? extends R> joiner,
            boolean leftNeeded,
            boolean rightNeeded,
            @Nullable Named named,
            Materialized<K, R> materialized) {
        Graph graph = left.graph();
        graph.topology().copartition(left.node(), right.node());
        String store = materialized.name();
        TableJoin<K, V1, V2, R> join =
                new TableJoin<>(left.operator(), right.operator(), joiner, leftNeeded, rightNeeded, store);
        String merge = graph.name("table-join", named);
        String mine = graph.process(merge + "-this", join.leftSide(), left.node());
        String others = graph.process(merge + "-other", join.rightSide(), right.node());
        graph.connectAtLast(mine, join.rightStores());
        graph.connectAtLast(others, join.leftStores());
        graph.process(merge, join.merge(), mine, others);
        Serde<K> keys = materialized.keySerde() == null ? left.keySerde() : materialized.keySerde();
        if (store != null) {
            graph.store(
                    Stores.timestampedKeyValueStore(
                            store,
                            Graph.known(keys, null, "the keys of store " + store),
                            Graph.known(materialized.valueSerde(), null, "the values of store " + store)),
                    merge);
        }
        return new EventTable<>(graph, merge, join, keys, materialized.valueSerde(), store);
    }
}
