package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.topology.DropReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which sides of a join of two streams go on alone if they meet none, and how such a join is put into the graph. */
enum StreamJoin {
    INNER("join", false, false),
    LEFT("left-join", true, false),
    OUTER("outer-join", true, true);

    private final String kind;
    private final boolean leftAlone;
    private final boolean rightAlone;

    StreamJoin(String kind, boolean leftAlone, boolean rightAlone) {
        this.kind = kind;
        this.leftAlone = leftAlone;
        this.rightAlone = rightAlone;
    }

    /** The nodes and stores of a join. A stream may be joined with itself: it is both sides then. */
    <K, V1, V2, VR> EventStream<K, VR> add(
            Graph graph,
            EventStream<K, V1> left,
            EventStream<K, V2> right,
            ValueJoinerWithKey<? super K, ? super V1, ? super V2, ? extends VR> joiner,
            JoinWindows windows,
            StreamJoined<K, V1, V2> joined) {
        String operator = joined.name() == null ? graph.name(kind) : joined.name();
        String stores = joined.storeName() == null ? operator : joined.storeName();
        Serde<K> keys = Graph.known(joined.keySerde(), left.keySerde(), "the keys of " + operator);
        Serde<V1> lefts = Graph.known(joined.valueSerde(), left.valueSerde(), "the values of " + operator);
        Serde<V2> rights =
                Graph.known(joined.otherValueSerde(), right.valueSerde(), "the other stream's values of " + operator);
        String leftNode = keyed(graph, left, operator + "-left", keys, lefts);
        boolean itself = left.node().equals(right.node());
        String rightNode = itself ? leftNode : keyed(graph, right, operator + "-right", keys, rights);

        String leftStore = stores + "-left-store";
        String rightStore = stores + "-right-store";
        String shared = leftAlone ? stores + "-unjoined-store" : null;
        ValueJoinerWithKey<K, V2, V1, VR> reversed = (key, other, value) -> joiner.apply(key, value, other);
        String[] sides = {
            graph.process(
                    operator + "-left",
                    new StreamJoinSide<K, V1, V2, VR>(true, joiner, windows, leftStore, rightStore, leftAlone, shared),
                    leftNode),
            graph.process(
                    operator + "-right",
                    new StreamJoinSide<K, V2, V1, VR>(
                            false, reversed, windows.reversed(), rightStore, leftStore, rightAlone, shared),
                    rightNode)
        };
        graph.topology().copartition(sides);
        Duration retention = windows.retention();
        graph.store(Stores.windowStore(leftStore, retention, true, keys, lefts), sides);
        graph.store(Stores.windowStore(rightStore, retention, true, keys, rights), sides);
        if (shared != null) {
            graph.store(UnjoinedStore.builder(shared, keys, lefts, rights), sides);
        }
        late(graph, sides[0], joined.lateTopic(), keys, lefts);
        late(graph, sides[1], joined.otherLateTopic(), keys, rights);
        String merged = graph.process(operator, StreamOperators.merge(), sides);
        return new EventStream<>(graph, merged, keys, null, false);
    }

    private static <K, V> void late(Graph graph, String side, @Nullable String topic, Serde<K> keys, Serde<V> values) {
        if (topic != null) {
            graph.divert(side, DropReason.LATE, topic, keys, values, Produced.with(keys, values));
        }
    }

    /** The node that gives the records in the partitions of their keys. Where some may go on alone, so may those without a key. */
    private <K, V> String keyed(Graph graph, EventStream<K, V> stream, String name, Serde<K> keys, Serde<V> values) {
        if (!stream.rekeyed()) {
            return stream.node();
        }
        String topic = name + "-repartition";
        String from = leftAlone
                ? stream.node()
                : graph.process(topic + "-filter", StreamOperators.<K, V>withKey(), stream.node());
        return graph.through(topic, null, null, keys, values, from);
    }
}
