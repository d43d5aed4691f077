package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Windowed;
import java.util.List;
import java.util.function.Supplier;

/** Streams of the same keys that are brought together by key and window. Each stream has a time of its own, by which its records are late. */
public final class WindowedCogroupedStream<K, A> {
    private final List<CogroupedStream.Part<K, ?, A>> parts;
    private final Windows windows;

    WindowedCogroupedStream(List<CogroupedStream.Part<K, ?, A>> parts, Windows windows) {
        this.parts = parts;
        this.windows = windows;
    }

    /**
     * What the streams' functions make of their values.
     *
     * @param initializer what a key has in a window before its first value
     */
    public EventTable<Windowed<K>, A> aggregate(Supplier<A> initializer, Materialized<K, A> materialized) {
        return new Cogrouping<K, Windowed<K>, A>(parts, materialized) {
            @Override
            <V> TableOperator<Windowed<K>, A> add(Input<K, V, A> input) {
                WindowAggregate<K, V, A> aggregate = new WindowAggregate<>(
                        windows,
                        EmitStrategy.ON_WINDOW_UPDATE,
                        new StreamAggregate.Aggregating<>(initializer, input.aggregator()),
                        store(),
                        input.number());
                graph().process(input.node(), aggregate, input.parent());
                return aggregate;
            }

            @Override
            Serde<Windowed<K>> addStores(Serde<K> keys, Serde<A> values, String... nodes) {
                WindowAggregate.addStores(
                        graph(),
                        windows,
                        EmitStrategy.ON_WINDOW_UPDATE,
                        store(),
                        materialized.retention(),
                        keys,
                        values,
                        nodes);
                return WindowedSerdes.timeWindowed(keys, windows.size());
            }
        }.table();
    }
}
