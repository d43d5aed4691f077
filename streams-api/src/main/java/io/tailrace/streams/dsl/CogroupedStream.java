package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Stores;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Streams of the same keys whose values go into one aggregate of each key, each stream's in its own way. Records without a key or a value are dropped by what follows. After Kafka Streams'
 * {@code CogroupedKStream}.
 */
public final class CogroupedStream<K, A> {
    /** One of the streams. */
    record Part<K, V, A>(GroupedStream<K, V> grouped, Aggregator<? super K, ? super V, A> aggregator) {}

    private final List<Part<K, ?, A>> parts;

    CogroupedStream(List<Part<K, ?, A>> parts) {
        this.parts = parts;
    }

    /**
     * One more stream.
     *
     * @throws TailraceException INVALID_TOPOLOGY: it is here already
     */
    public <V> CogroupedStream<K, A> cogroup(
            GroupedStream<K, V> grouped, Aggregator<? super K, ? super V, A> aggregator) {
        if (parts.stream().anyMatch(part -> part.grouped() == grouped)) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY,
                    "A stream is cogrouped with itself: let one aggregator do what both are to do.");
        }
        List<Part<K, ?, A>> more = new ArrayList<>(parts);
        more.add(new Part<>(grouped, aggregator));
        return new CogroupedStream<>(List.copyOf(more));
    }

    /**
     * What the streams' functions make of their values.
     *
     * @param initializer what a key has before its first value
     */
    public EventTable<K, A> aggregate(Supplier<A> initializer, Materialized<K, A> materialized) {
        return new Cogrouping<K, K, A>(parts, materialized) {
            @Override
            <V> TableOperator<K, A> add(Input<K, V, A> input) {
                StreamAggregate<K, V, A> aggregate = new StreamAggregate<>(
                        store(), new StreamAggregate.Aggregating<>(initializer, input.aggregator()));
                graph().process(input.node(), aggregate, input.parent());
                return aggregate;
            }

            @Override
            Serde<K> addStores(Serde<K> keys, Serde<A> values, String... nodes) {
                graph().store(Stores.timestampedKeyValueStore(store(), keys, values), nodes);
                return keys;
            }
        }.table();
    }

    /** Brought together by windows of event time as well. */
    public WindowedCogroupedStream<K, A> windowedBy(Windows windows) {
        return new WindowedCogroupedStream<>(parts, windows);
    }

    /** Brought together by session as well. */
    public SessionWindowedCogroupedStream<K, A> windowedBy(SessionWindows windows) {
        return new SessionWindowedCogroupedStream<>(parts, windows);
    }
}
