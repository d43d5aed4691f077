package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.state.Windowed;
import java.util.List;
import java.util.function.Supplier;

/** Streams of the same keys that are brought together by key and session. Each stream has a time of its own, by which its records are late. */
public final class SessionWindowedCogroupedStream<K, A> {
    private final List<CogroupedStream.Part<K, ?, A>> parts;
    private final SessionWindows windows;

    SessionWindowedCogroupedStream(List<CogroupedStream.Part<K, ?, A>> parts, SessionWindows windows) {
        this.parts = parts;
        this.windows = windows;
    }

    /**
     * What the streams' functions make of their values.
     *
     * @param initializer what a session is before its first value
     * @param sessionMerger makes one aggregate of two when their sessions become one
     */
    public EventTable<Windowed<K>, A> aggregate(
            Supplier<A> initializer, Merger<? super K, A> sessionMerger, Materialized<K, A> materialized) {
        return new Cogrouping<K, Windowed<K>, A>(parts, materialized) {
            @Override
            <V> TableOperator<Windowed<K>, A> add(Input<K, V, A> input) {
                SessionAggregate<K, V, A> aggregate = new SessionAggregate<>(
                        store(),
                        windows,
                        EmitStrategy.ON_WINDOW_UPDATE,
                        new SessionFold.Aggregating<>(initializer, input.aggregator(), sessionMerger),
                        WindowAggregate.progressStore(store()),
                        input.number());
                graph().process(input.node(), aggregate, input.parent());
                return aggregate;
            }

            @Override
            Serde<Windowed<K>> addStores(Serde<K> keys, Serde<A> values, String... nodes) {
                graph().store(
                                Stores.sessionStore(
                                        store(),
                                        windows.retention(store(), materialized.retention()),
                                        false,
                                        keys,
                                        values),
                                nodes);
                graph().store(WindowProgress.builder(WindowAggregate.progressStore(store()), keys), nodes);
                return WindowedSerdes.sessionWindowed(keys);
            }
        }.table();
    }
}
