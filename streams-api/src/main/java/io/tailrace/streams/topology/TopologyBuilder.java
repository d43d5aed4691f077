package io.tailrace.streams.topology;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.Deserializer;
import io.tailrace.streams.Serializer;
import io.tailrace.streams.state.StoreBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link Topology} together, node by node, each behind its parents. What the DSL builds on, and what those use for whom the DSL is too
 * little. All methods throw a {@link TailraceException} with INVALID_TOPOLOGY for what cannot be.
 */
public final class TopologyBuilder {
    private final Map<String, TopologyNode> nodes = new LinkedHashMap<>();
    private final Map<String, StoreBuilder<?>> stores = new LinkedHashMap<>();
    private final Map<String, InternalTopic> internalTopics = new LinkedHashMap<>();
    private final Set<String> readTopics = new HashSet<>();

    /** A source of that name with the application's own timestamps and beginning. */
    public <K, V> TopologyBuilder addSource(
            String name, Deserializer<K> keys, Deserializer<V> values, String... topics) {
        return addSource(name, null, null, keys, values, List.of(topics));
    }

    /** A source; see {@link TopologyNode.SourceNode}. */
    public <K, V> TopologyBuilder addSource(
            String name,
            @Nullable TimestampExtractor timestamps,
            @Nullable AutoOffsetReset reset,
            Deserializer<K> keys,
            Deserializer<V> values,
            List<String> topics) {
        if (topics.isEmpty()) {
            throw invalid("Source " + name + " reads no topic: name one.");
        }
        for (String topic : topics) {
            if (!readTopics.add(topic)) {
                throw invalid("Topic " + topic + " is read by another source already: use that one again.");
            }
        }
        return add(new TopologyNode.SourceNode(name, List.copyOf(topics), keys, values, timestamps, reset));
    }

    /** A processor behind the parents named. */
    public <KIn, VIn, KOut, VOut> TopologyBuilder addProcessor(
            String name, ProcessorSupplier<KIn, VIn, KOut, VOut> supplier, String... parents) {
        return add(new TopologyNode.ProcessorNode(name, supplier, List.of(parents), List.of()));
    }

    /** A sink behind the parents named. */
    public <K, V> TopologyBuilder addSink(
            String name, String topic, Serializer<K> keys, Serializer<V> values, String... parents) {
        return addSink(name, (SinkTopic<K, V>) record -> topic, topic, keys, values, null, List.of(parents));
    }

    /** A sink; see {@link TopologyNode.SinkNode}. */
    public <K, V> TopologyBuilder addSink(
            String name,
            SinkTopic<K, V> topic,
            @Nullable String fixedTopic,
            Serializer<K> keys,
            Serializer<V> values,
            @Nullable SinkPartitioner<K, V> partitioner,
            List<String> parents) {
        return add(new TopologyNode.SinkNode(
                name, topic, fixedTopic, keys, values, partitioner, List.copyOf(parents), null));
    }

    /**
     * A sink for what a processor drops for that reason, as it was when it was dropped and with {@link DropHeaders} that say why. It is counted all the same.
     *
     * @param keys writes the keys of what comes into the processor
     * @param values writes the values of what comes into the processor
     * @param partitioner which partition; {@code null}: the key decides
     */
    public <K, V> TopologyBuilder addDropSink(
            String name,
            DropReason reason,
            String topic,
            Serializer<K> keys,
            Serializer<V> values,
            @Nullable SinkPartitioner<K, V> partitioner,
            String processor) {
        if (!(nodes.get(processor) instanceof TopologyNode.ProcessorNode)) {
            throw invalid("There is no processor " + processor + " that could drop anything for " + name + " to take.");
        }
        for (TopologyNode node : nodes.values()) {
            if (node instanceof TopologyNode.SinkNode sink
                    && sink.dropped() == reason
                    && sink.parents().contains(processor)) {
                throw invalid("What " + processor + " drops as " + reason + " goes to " + sink.name()
                        + " already: name one sink for it.");
            }
        }
        SinkTopic<K, V> to = record -> topic;
        return add(new TopologyNode.SinkNode(name, to, topic, keys, values, partitioner, List.of(processor), reason));
    }

    /** A store, and who may reach it. */
    public TopologyBuilder addStore(StoreBuilder<?> store, String... processors) {
        StoreBuilder<?> other = stores.putIfAbsent(store.name(), store);
        if (other != null && other != store) {
            throw invalid("There is another store " + store.name() + ": give one of them another name.");
        }
        for (String processor : processors) {
            connect(processor, store.name());
        }
        return this;
    }

    /** Lets a processor reach stores that were added. */
    public TopologyBuilder connect(String processor, String... storeNames) {
        if (!(nodes.get(processor) instanceof TopologyNode.ProcessorNode process)) {
            throw invalid("There is no processor " + processor + " to be connected with a store.");
        }
        List<String> all = new ArrayList<>(process.stores());
        for (String store : storeNames) {
            if (!stores.containsKey(store)) {
                throw invalid("There is no store " + store + " for processor " + processor + ": add it first.");
            }
            if (!all.contains(store)) {
                all.add(store);
            }
        }
        nodes.put(
                processor,
                new TopologyNode.ProcessorNode(processor, process.supplier(), process.parents(), List.copyOf(all)));
        return this;
    }

    /** A topic of the topology's own. */
    public TopologyBuilder addInternalTopic(InternalTopic topic) {
        if (internalTopics.putIfAbsent(topic.name(), topic) != null) {
            throw invalid("There is another internal topic " + topic.name() + ": give one of them another name.");
        }
        return this;
    }

    private TopologyBuilder add(TopologyNode node) {
        for (String parent : node.parents()) {
            TopologyNode above = nodes.get(parent);
            if (above == null) {
                throw invalid("There is no node " + parent + " for " + node.name() + " to be behind: add it first.");
            }
            if (above instanceof TopologyNode.SinkNode) {
                throw invalid("Nothing comes out of sink " + parent + ": " + node.name() + " cannot be behind it.");
            }
        }
        if (node.parents().isEmpty() && !(node instanceof TopologyNode.SourceNode)) {
            throw invalid("Nothing goes into " + node.name() + ": name the nodes that it is behind.");
        }
        if (nodes.putIfAbsent(node.name(), node) != null) {
            throw invalid("There is another node " + node.name() + ": give one of them another name.");
        }
        return this;
    }

    /** What has been put together so far. */
    public Topology build() {
        return new Topology(nodes, stores, internalTopics);
    }

    private static TailraceException invalid(String what) {
        return new TailraceException(ErrorCode.INVALID_TOPOLOGY, what);
    }
}
