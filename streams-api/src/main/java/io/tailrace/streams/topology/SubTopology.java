package io.tailrace.streams.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A part of a topology whose nodes hang together, by records that they forward or by stores that they share. A task runs one of these for one partition
 * number of all the topics that it reads.
 *
 * @param number from 0, in the order in which their first nodes were added
 * @param nodes in the order in which they were added
 * @param stores the names of their stores; global ones, of which others take care, are not among them
 */
public record SubTopology(int number, List<TopologyNode> nodes, Set<String> stores) {
    /** The topics that are read, internal ones included. */
    public Set<String> sourceTopics() {
        Set<String> topics = new TreeSet<>();
        for (TopologyNode node : nodes) {
            if (node instanceof TopologyNode.SourceNode source) {
                topics.addAll(source.topics());
            }
        }
        return topics;
    }

    static List<SubTopology> cut(Topology topology) {
        Map<String, String> representative = new LinkedHashMap<>();
        Map<String, String> firstWithStore = new LinkedHashMap<>();
        List<TopologyNode> nodes = topology.taskNodes();
        for (TopologyNode node : nodes) {
            representative.put(node.name(), node.name());
            for (String parent : node.parents()) {
                join(representative, parent, node.name());
            }
            if (node instanceof TopologyNode.ProcessorNode process) {
                for (String store : ownStores(topology, process)) {
                    String other = firstWithStore.putIfAbsent(store, node.name());
                    if (other != null) {
                        join(representative, other, node.name());
                    }
                }
            }
        }
        Map<String, List<TopologyNode>> parts = new LinkedHashMap<>();
        for (TopologyNode node : nodes) {
            parts.computeIfAbsent(root(representative, node.name()), first -> new ArrayList<>())
                    .add(node);
        }
        List<SubTopology> cut = new ArrayList<>();
        for (List<TopologyNode> part : parts.values()) {
            Set<String> stores = new LinkedHashSet<>();
            for (TopologyNode node : part) {
                if (node instanceof TopologyNode.ProcessorNode process) {
                    stores.addAll(ownStores(topology, process));
                }
            }
            cut.add(new SubTopology(cut.size(), List.copyOf(part), stores));
        }
        return List.copyOf(cut);
    }

    /** Who only looks something up in a global store has nothing to do with others that do. */
    private static List<String> ownStores(Topology topology, TopologyNode.ProcessorNode process) {
        return process.stores().stream()
                .filter(store -> !topology.isGlobalStore(store))
                .toList();
    }

    private static String root(Map<String, String> representative, String name) {
        String above = Objects.requireNonNull(representative.get(name));
        return above.equals(name) ? name : root(representative, above);
    }

    /** The one that was added first stands for both. */
    private static void join(Map<String, String> representative, String one, String other) {
        representative.put(root(representative, other), root(representative, one));
    }
}
