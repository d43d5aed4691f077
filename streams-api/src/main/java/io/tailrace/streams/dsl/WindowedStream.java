package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.DropReason;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose records are brought together by key and window. Records without a key or a value are dropped by what follows, and so are those whose windows have closed: a window closes when the time of
 * the stream, which is the highest timestamp that has come here, has passed its end and the grace period.
 */
public final class WindowedStream<K, V> {
    private final Graph graph;
    private final GroupedStream<K, V> grouped;
    private final Windows windows;
    private final EmitStrategy emit;
    private final @Nullable String lateTopic;
    private final @Nullable Produced<K, V> late;

    WindowedStream(
            Graph graph,
            GroupedStream<K, V> grouped,
            Windows windows,
            EmitStrategy emit,
            @Nullable String lateTopic,
            @Nullable Produced<K, V> late) {
        this.graph = graph;
        this.grouped = grouped;
        this.windows = windows;
        this.emit = emit;
        this.lateTopic = lateTopic;
        this.late = late;
    }

    /**
     * The same, told then.
     *
     * @throws TailraceException INVALID_TOPOLOGY: windows that never close are to be told when they do
     */
    public WindowedStream<K, V> emitStrategy(EmitStrategy strategy) {
        if (strategy == EmitStrategy.ON_WINDOW_CLOSE && windows instanceof UnlimitedWindows) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, "Unlimited windows never close: let them be told when they change.");
        }
        return new WindowedStream<>(graph, grouped, windows, strategy, lateTopic, late);
    }

    /** The same, with records that come too late sent to a topic, with the serdes with which they were read. */
    public WindowedStream<K, V> lateTo(String topic) {
        return lateTo(topic, new Produced<>(null, null, null, null));
    }

    /**
     * The same, with records that come too late sent to a topic, with {@link io.tailrace.streams.topology.DropHeaders} that say why. A record of several windows of which some have closed goes there
     * as well, and into the others.
     */
    public WindowedStream<K, V> lateTo(String topic, Produced<K, V> produced) {
        return new WindowedStream<>(graph, grouped, windows, emit, topic, produced);
    }

    /** How many records of each key there have been in each window. */
    public EventTable<Windowed<K>, Long> count() {
        return count(new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<Windowed<K>, Long> count(Materialized<K, Long> materialized) {
        Materialized<K, Long> longs =
                materialized.valueSerde() == null ? materialized.withValueSerde(Serdes.longs()) : materialized;
        return add("count", new StreamAggregate.Aggregating<>(() -> 0L, (key, value, sum) -> sum + 1), longs);
    }

    /** What the function makes of the values of each key in each window, the first as it is. */
    public EventTable<Windowed<K>, V> reduce(BinaryOperator<V> reducer) {
        return reduce(reducer, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<Windowed<K>, V> reduce(BinaryOperator<V> reducer, Materialized<K, V> materialized) {
        Serde<V> known = grouped.valueSerde();
        Materialized<K, V> values =
                materialized.valueSerde() == null && known != null ? materialized.withValueSerde(known) : materialized;
        return add("reduce", new StreamAggregate.Reducing<>(reducer), values);
    }

    /** What the functions make of the values of each key in each window. */
    public <A> EventTable<Windowed<K>, A> aggregate(
            Supplier<A> initializer, Aggregator<? super K, ? super V, A> aggregator, Materialized<K, A> materialized) {
        return add("aggregate", new StreamAggregate.Aggregating<>(initializer, aggregator), materialized);
    }

    private <A> EventTable<Windowed<K>, A> add(
            String kind, StreamAggregate.Fold<K, V, A> fold, Materialized<K, A> materialized) {
        String operator = graph.name(kind);
        String store = materialized.name() == null ? operator + "-store" : materialized.name();
        Serde<K> keys = Graph.known(materialized.keySerde(), grouped.keySerde(), "the keys of store " + store);
        Serde<A> aggregates = Graph.known(materialized.valueSerde(), null, "the values of store " + store);
        WindowAggregate<K, V, A> aggregate = new WindowAggregate<>(windows, emit, fold, store, 0);
        graph.process(operator, aggregate, grouped.keyed(store));
        WindowAggregate.addStores(graph, windows, emit, store, materialized.retention(), keys, aggregates, operator);
        if (lateTopic != null && late != null) {
            graph.divert(
                    operator,
                    DropReason.LATE,
                    lateTopic,
                    Graph.known(late.keySerde(), grouped.keySerde(), "the keys of " + lateTopic),
                    Graph.known(late.valueSerde(), grouped.valueSerde(), "the values of " + lateTopic),
                    late);
        }
        Serde<Windowed<K>> windowed =
                new TimeWindowedSerde<>(keys, aggregate.spans().size());
        return new EventTable<>(graph, operator, aggregate, windowed, aggregates, materialized.name());
    }
}
