package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.topology.SinkPartitioner;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts a join of two tables into the graph of which the one names keys of the other in its values. Keys that have to do with each other lie in different partitions, so they talk
 * through topics:
 *
 * <pre>
 * left table  -> send -> [subscription-registration] -> receive -> [subscription-response] -> resolve -> result
 *                                          foreign table -> tell ----^
 * </pre>
 */
final class ForeignKeyJoins {
    private ForeignKeyJoins() {}

    static <K, V, KO, VO, R> EventTable<K, R> add(
            EventTable<K, V> table,
            EventTable<KO, VO> foreign,
            BiFunction<? super K, ? super V, ? extends KO> extractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner,
            TableJoined<K, KO> joined,
            Materialized<K, R> materialized,
            boolean left) {
        Graph graph = table.graph();
        String name = joined.name() == null ? graph.name("foreign-key-join") : joined.name();
        Serde<K> keys = Graph.known(table.keySerde(), null, "the keys of the left table of " + name);
        Serde<V> values = Graph.known(table.valueSerde(), null, "the values of the left table of " + name);
        Serde<KO> foreignKeys = Graph.known(foreign.keySerde(), null, "the keys of the right table of " + name);
        Serde<VO> foreignValues = Graph.known(foreign.valueSerde(), null, "the values of the right table of " + name);
        // What a value named before has to be told; and a filter does not tell what was nothing and is nothing.
        table.operator().sendOldValues(true);
        foreign.operator().sendOldValues(true);
        TableLookup<K, V> lookup = table.operator().lookup();
        TableLookup<KO, VO> foreignLookup = foreign.operator().lookup();
        String registration = name + "-subscription-registration";
        String response = name + "-subscription-response";

        String send = graph.process(
                name + "-send", new ForeignKeySend<>(registration, extractor, foreignKeys, values, left), table.node());
        String subscriptions = graph.through(
                registration,
                null,
                byKey(joined.otherPartitioner()),
                foreignKeys,
                ForeignKeySubscription.serde(keys),
                send);
        graph.topology().copartition(subscriptions, foreign.node());
        ForeignKeyStore<K, KO> store = new ForeignKeyStore<>(name + "-subscription-store", foreignKeys, keys);
        String receive =
                graph.process(name + "-receive", new ForeignKeyReceive<K, KO, VO>(store, foreignLookup), subscriptions);
        String tell = graph.process(name + "-tell", new ForeignKeyTell<K, KO, VO>(store), foreign.node());
        graph.store(store.builder(), receive, tell);
        graph.connectAtLast(receive, foreignLookup.stores());

        SinkPartitioner<K, ForeignKeyAnswer<VO>> back = byKey(joined.partitioner());
        String answers = graph.through(
                response,
                null,
                back == null ? ForeignKeyJoins::whereItCameFrom : back,
                keys,
                ForeignKeyAnswer.serde(foreignValues),
                receive,
                tell);
        graph.topology().copartition(answers, table.node());
        String resolve = graph.process(
                name + "-resolve",
                new ForeignKeyResolve<K, V, VO, R>(registration, lookup, values, joiner, left),
                answers);
        graph.connectAtLast(resolve, lookup.stores());
        Materialized<K, R> kept = materialized.keySerde() == null ? materialized.withKeySerde(keys) : materialized;
        return TableSource.addNamed(graph, name, resolve, kept);
    }

    /** The values of messages in between are nothing that a partitioner would know. */
    private static <K, V> @Nullable SinkPartitioner<K, V> byKey(@Nullable SinkPartitioner<? super K, Void> given) {
        return given == null ? null : (topic, key, value, partitions) -> given.partition(topic, key, null, partitions);
    }

    private static <K, VO> OptionalInt whereItCameFrom(
            String topic, @Nullable K key, @Nullable ForeignKeyAnswer<VO> answer, int partitions) {
        return answer == null || answer.partition() < 0 ? OptionalInt.empty() : OptionalInt.of(answer.partition());
    }
}
