package io.tailrace.streams.topology;

import io.tailrace.streams.state.StoreBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A graph of nodes that cannot be changed. Made by {@link TopologyBuilder}. */
public final class Topology {
    private final Map<String, TopologyNode> nodes;
    private final Map<String, StoreBuilder<?>> stores;
    private final Map<String, InternalTopic> internalTopics;
    private final Map<String, GlobalStore> globalStores;
    private final List<Set<String>> copartitioned;
    private final List<SubTopology> subTopologies;

    Topology(
            Map<String, TopologyNode> nodes,
            Map<String, StoreBuilder<?>> stores,
            Map<String, InternalTopic> internalTopics,
            Map<String, GlobalStore> globalStores,
            List<Set<String>> copartitioned) {
        this.nodes = new LinkedHashMap<>(nodes);
        this.stores = new LinkedHashMap<>(stores);
        this.internalTopics = new LinkedHashMap<>(internalTopics);
        this.globalStores = new LinkedHashMap<>(globalStores);
        this.copartitioned = copartitioned.stream().map(Set::copyOf).toList();
        this.subTopologies = SubTopology.cut(this);
    }

    /** All nodes, in the order in which they were added: each behind its parents. */
    public List<TopologyNode> nodes() {
        return List.copyOf(nodes.values());
    }

    /** The node of that name; {@code null} if there is none. */
    public @Nullable TopologyNode node(String name) {
        return nodes.get(name);
    }

    /** The nodes that get what that one forwards, in the order in which they were added. */
    public List<TopologyNode> children(String name) {
        List<TopologyNode> children = new ArrayList<>();
        for (TopologyNode node : nodes.values()) {
            if (node.parents().contains(name)) {
                children.add(node);
            }
        }
        return children;
    }

    /** All stores, in the order in which they were added. */
    public List<StoreBuilder<?>> stores() {
        return List.copyOf(stores.values());
    }

    /** The store of that name; {@code null} if there is none. */
    public @Nullable StoreBuilder<?> store(String name) {
        return stores.get(name);
    }

    /** The topics that belong to the topology itself. */
    public List<InternalTopic> internalTopics() {
        return List.copyOf(internalTopics.values());
    }

    /** Whether a topic belongs to the topology itself. */
    public boolean isInternal(String topic) {
        return internalTopics.containsKey(topic);
    }

    /** The stores that every instance has a copy of, in the order in which they were added. */
    public List<GlobalStore> globalStores() {
        return List.copyOf(globalStores.values());
    }

    /** Whether every instance has a copy of that store. */
    public boolean isGlobalStore(String store) {
        return globalStores.containsKey(store);
    }

    /** The nodes that fill the global stores, each behind its parents. They belong to no sub-topology. */
    public List<TopologyNode> globalNodes() {
        List<TopologyNode> global = new ArrayList<>();
        for (GlobalStore store : globalStores.values()) {
            global.add(Objects.requireNonNull(nodes.get(store.source())));
            global.add(Objects.requireNonNull(nodes.get(store.processor())));
        }
        return global;
    }

    /** The nodes that tasks run: all but those that fill global stores. */
    public List<TopologyNode> taskNodes() {
        List<TopologyNode> others = new ArrayList<>(nodes.values());
        others.removeAll(globalNodes());
        return others;
    }

    /** Groups of two topics or more that have to have the same number of partitions, since records of theirs are joined or aggregated together; no topic is in two of them. */
    public List<Set<String>> copartitioned() {
        return copartitioned;
    }

    /** The parts that tasks run one by one: records go from one to another through topics only. */
    public List<SubTopology> subTopologies() {
        return subTopologies;
    }

    /** The topics that are read, internal ones and those of global stores included. */
    public Set<String> sourceTopics() {
        Set<String> topics = new TreeSet<>();
        for (TopologyNode node : nodes.values()) {
            if (node instanceof TopologyNode.SourceNode source) {
                topics.addAll(source.topics());
            }
        }
        return topics;
    }

    /** The whole as text, for people. */
    public String describe() {
        return TopologyText.describe(this);
    }

    /** The whole as a Mermaid flowchart. */
    public String mermaid() {
        return TopologyText.mermaid(this);
    }

    /** The whole in Graphviz's DOT language. */
    public String dot() {
        return TopologyText.dot(this);
    }

    @Override
    public String toString() {
        return describe();
    }
}
