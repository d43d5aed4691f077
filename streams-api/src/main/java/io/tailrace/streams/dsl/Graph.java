package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serde;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.topology.InternalTopic;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.SinkPartitioner;
import io.tailrace.streams.topology.SinkTopic;
import io.tailrace.streams.topology.Topology;
import io.tailrace.streams.topology.TopologyBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The topology under construction that all streams and tables of a builder add to. */
final class Graph {
    private final TopologyBuilder topology = new TopologyBuilder();
    /** What is only known when everything is: whether a source's table needs its store. */
    private final List<Runnable> last = new ArrayList<>();

    private int number;
    private boolean built;

    TopologyBuilder topology() {
        if (built) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, "The topology has been built: make another builder for another one.");
        }
        return topology;
    }

    String name(String kind, @Nullable Named named) {
        return named == null ? name(kind) : named.name();
    }

    String name(String kind) {
        return kind + "-" + ++number;
    }

    void atLast(Runnable work) {
        last.add(work);
    }

    String process(String name, ProcessorSupplier<?, ?, ?, ?> supplier, String... parents) {
        topology().addProcessor(name, supplier, parents);
        return name;
    }

    void store(StoreBuilder<?> store, String... processors) {
        topology().addStore(store, processors);
    }

    /** Lets a processor reach stores of which some may only be added at last. */
    void connectAtLast(String processor, List<String> stores) {
        atLast(() -> topology.connect(processor, stores.toArray(new String[0])));
    }

    /** Sends what nodes give through a topic of the topology's own. Returns the node that reads it. */
    <K, V> String through(
            String topic,
            @Nullable Integer partitions,
            @Nullable SinkPartitioner<K, V> partitioner,
            Serde<K> keys,
            Serde<V> values,
            String... parents) {
        SinkTopic<K, V> to = record -> topic;
        topology()
                .addInternalTopic(new InternalTopic(topic, partitions))
                .addSink(topic + "-sink", to, topic, keys, values, partitioner, List.of(parents))
                .addSource(topic + "-source", keys, values, topic);
        return topic + "-source";
    }

    static <T> Serde<T> known(@Nullable Serde<T> given, @Nullable Serde<T> otherwise, String what) {
        Serde<T> serde = given == null ? otherwise : given;
        if (serde == null) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, "No serde is known for " + what + ": give it where it is written.");
        }
        return serde;
    }

    static void longerThanNothing(Duration duration, String what) {
        if (duration.toMillis() < 1) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, what + " has to be a millisecond at least, not " + duration + ".");
        }
    }

    Topology build() {
        if (!built) {
            last.forEach(Runnable::run);
            built = true;
        }
        return topology.build();
    }
}
