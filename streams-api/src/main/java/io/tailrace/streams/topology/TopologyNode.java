package io.tailrace.streams.topology;

import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.Deserializer;
import io.tailrace.streams.Serializer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of a {@link Topology}. */
public sealed interface TopologyNode {
    /** Unique in the topology. */
    String name();

    /** The names of the nodes that give their records to this one, in the order in which they were named. */
    List<String> parents();

    /**
     * Where records come in.
     *
     * @param name unique in the topology
     * @param topics which are read as one stream
     * @param keys reads the keys
     * @param values reads the values
     * @param timestamps tells when events were; {@code null}: the application's own choice
     * @param reset where to begin without a position; {@code null}: the application's own choice
     */
    record SourceNode(
            String name,
            List<String> topics,
            Deserializer<?> keys,
            Deserializer<?> values,
            @Nullable TimestampExtractor timestamps,
            @Nullable AutoOffsetReset reset)
            implements TopologyNode {
        @Override
        public List<String> parents() {
            return List.of();
        }
    }

    /**
     * What is done with them.
     *
     * @param name unique in the topology
     * @param supplier makes the processor of each task
     * @param parents whose records it gets
     * @param stores the names of those that it may reach
     */
    record ProcessorNode(String name, ProcessorSupplier<?, ?, ?, ?> supplier, List<String> parents, List<String> stores)
            implements TopologyNode {}

    /**
     * Where they go.
     *
     * @param name unique in the topology
     * @param topic which topic
     * @param fixedTopic its name, if it is the same for all records, else {@code null}
     * @param keys writes the keys
     * @param values writes the values
     * @param partitioner which partition; {@code null}: the key decides
     * @param parents whose records it gets
     * @param dropped for which reason its parents drop the records that it gets; {@code null}: it gets what they forward
     */
    record SinkNode(
            String name,
            SinkTopic<?, ?> topic,
            @Nullable String fixedTopic,
            Serializer<?> keys,
            Serializer<?> values,
            @Nullable SinkPartitioner<?, ?> partitioner,
            List<String> parents,
            @Nullable DropReason dropped)
            implements TopologyNode {}
}
