package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.DropReason;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose records are brought together by key and by session. Records without a key or a value are dropped, and those that come later than the grace period allows. Results are as of
 * the end of their session.
 */
public final class SessionWindowedStream<K, V> {
    private final GroupedStream<K, V> grouped;
    private final SessionWindows windows;
    private final EmitStrategy emit;
    private final @Nullable String lateTopic;
    private final @Nullable Produced<K, V> late;

    SessionWindowedStream(
            GroupedStream<K, V> grouped,
            SessionWindows windows,
            EmitStrategy emit,
            @Nullable String lateTopic,
            @Nullable Produced<K, V> late) {
        this.grouped = grouped;
        this.windows = windows;
        this.emit = emit;
        this.lateTopic = lateTopic;
        this.late = late;
    }

    /** The same that tells its results then; else it tells each change at once. */
    public SessionWindowedStream<K, V> emitStrategy(EmitStrategy strategy) {
        return new SessionWindowedStream<>(grouped, windows, strategy, lateTopic, late);
    }

    /** The same, with records that come too late sent to a topic, with the serdes with which they were read. */
    public SessionWindowedStream<K, V> lateTo(String topic) {
        return lateTo(topic, new Produced<>(null, null, null, null));
    }

    /** The same, with records that come too late sent to a topic, with {@link io.tailrace.streams.topology.DropHeaders} that say why. */
    public SessionWindowedStream<K, V> lateTo(String topic, Produced<K, V> produced) {
        return new SessionWindowedStream<>(grouped, windows, emit, topic, produced);
    }

    /** How many records of each key there are in each session. */
    public EventTable<Windowed<K>, Long> count() {
        return count(new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<Windowed<K>, Long> count(Materialized<K, Long> materialized) {
        Materialized<K, Long> longs =
                materialized.valueSerde() == null ? materialized.withValueSerde(Serdes.longs()) : materialized;
        return add(
                "count",
                new SessionFold.Aggregating<>(
                        () -> 0L, (key, value, count) -> count + 1L, (key, one, other) -> one + other),
                longs);
    }

    /** What the function makes of the values of each key and session, the first as it is. */
    public EventTable<Windowed<K>, V> reduce(BinaryOperator<V> reducer) {
        return reduce(reducer, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<Windowed<K>, V> reduce(BinaryOperator<V> reducer, Materialized<K, V> materialized) {
        Serde<V> values = grouped.valueSerde();
        Materialized<K, V> kept = materialized.valueSerde() == null && values != null
                ? materialized.withValueSerde(values)
                : materialized;
        return add("reduce", new SessionFold.Reducing<>(reducer), kept);
    }

    /**
     * What the functions make of the values of each key and session.
     *
     * @param sessionMerger makes one aggregate of two when their sessions become one
     */
    public <A> EventTable<Windowed<K>, A> aggregate(
            Supplier<A> initializer,
            Aggregator<? super K, ? super V, A> aggregator,
            Merger<? super K, A> sessionMerger,
            Materialized<K, A> materialized) {
        return add("aggregate", new SessionFold.Aggregating<>(initializer, aggregator, sessionMerger), materialized);
    }

    private <A> EventTable<Windowed<K>, A> add(
            String kind, SessionFold<K, V, A> fold, Materialized<K, A> materialized) {
        Graph graph = grouped.graph();
        String operator = graph.name(kind);
        String store = materialized.name() == null ? operator + "-store" : materialized.name();
        Serde<K> keys = Graph.known(materialized.keySerde(), grouped.keySerde(), "the keys of store " + store);
        Serde<A> values = Graph.known(materialized.valueSerde(), null, "the values of store " + store);
        SessionAggregate<K, V, A> aggregate = new SessionAggregate<>(store, windows, emit, fold);
        graph.process(operator, aggregate, grouped.keyed(store));
        graph.store(
                Stores.sessionStore(
                        store,
                        windows.retention(store, materialized.retention()),
                        emit == EmitStrategy.ON_WINDOW_CLOSE,
                        keys,
                        values),
                operator);
        if (lateTopic != null && late != null) {
            graph.divert(
                    operator,
                    DropReason.LATE,
                    lateTopic,
                    Graph.known(late.keySerde(), grouped.keySerde(), "the keys of " + lateTopic),
                    Graph.known(late.valueSerde(), grouped.valueSerde(), "the values of " + lateTopic),
                    late);
        }
        return new EventTable<>(
                graph, operator, aggregate, new SessionWindowedSerde<>(keys), values, materialized.name());
    }
}
