package io.tailrace.streams.topology;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A topology as text: for people, for Mermaid, for Graphviz. */
final class TopologyText {
    private TopologyText() {}

    static String describe(Topology topology) {
        StringBuilder text = new StringBuilder("Topology\n");
        for (SubTopology part : topology.subTopologies()) {
            text.append("  Sub-topology ").append(part.number()).append('\n');
            part.nodes().forEach(node -> describe(text, topology, node));
        }
        if (!topology.globalStores().isEmpty()) {
            text.append("  Global stores (each instance has a copy)\n");
            topology.globalNodes().forEach(node -> describe(text, topology, node));
        }
        for (Set<String> group : topology.copartitioned()) {
            text.append("  Same number of partitions: ")
                    .append(String.join(", ", new TreeSet<>(group)))
                    .append('\n');
        }
        return text.toString();
    }

    private static void describe(StringBuilder text, Topology topology, TopologyNode node) {
        text.append("    ").append(kind(node)).append(' ').append(node.name());
        String about = about(node);
        if (!about.isEmpty()) {
            text.append(" (").append(about).append(')');
        }
        List<TopologyNode> children = topology.children(node.name());
        if (!children.isEmpty()) {
            text.append(" -> ").append(children.stream().map(TopologyNode::name).collect(Collectors.joining(", ")));
        }
        text.append('\n');
    }

    private static String kind(TopologyNode node) {
        if (node instanceof TopologyNode.SourceNode) {
            return "Source";
        }
        return node instanceof TopologyNode.SinkNode ? "Sink" : "Processor";
    }

    private static String about(TopologyNode node) {
        if (node instanceof TopologyNode.SourceNode source) {
            return "topics: " + String.join(", ", source.topics());
        }
        if (node instanceof TopologyNode.SinkNode sink) {
            return "topic: " + (sink.fixedTopic() == null ? "chosen by record" : sink.fixedTopic());
        }
        List<String> stores = ((TopologyNode.ProcessorNode) node).stores();
        return stores.isEmpty() ? "" : "stores: " + String.join(", ", stores);
    }

    static String mermaid(Topology topology) {
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (SubTopology part : topology.subTopologies()) {
            text.append(String.format(Locale.ROOT, "  subgraph s%d[Sub-topology %d]%n", part.number(), part.number()));
            boxes(text, topology, part.nodes(), part.stores());
        }
        if (!topology.globalStores().isEmpty()) {
            text.append("  subgraph global[Global stores]\n");
            boxes(text, topology, topology.globalNodes(), globalStores(topology));
        }
        for (TopologyNode node : topology.nodes()) {
            if (node instanceof TopologyNode.ProcessorNode process) {
                process.stores().forEach(store -> text.append("  ")
                        .append(id(topology, node))
                        .append(" -.- store_")
                        .append(storeId(topology, store))
                        .append('\n'));
            }
        }
        for (TopologyNode node : topology.nodes()) {
            String id = id(topology, node);
            if (node instanceof TopologyNode.SourceNode source) {
                source.topics().forEach(topic -> text.append("  ")
                        .append(topicNode(topic))
                        .append(" --> ")
                        .append(id)
                        .append('\n'));
            }
            for (TopologyNode child : topology.children(node.name())) {
                text.append("  ")
                        .append(id)
                        .append(" --> ")
                        .append(id(topology, child))
                        .append('\n');
            }
            if (node instanceof TopologyNode.SinkNode sink) {
                String topic = sink.fixedTopic() == null ? "chosen by record" : sink.fixedTopic();
                text.append("  ")
                        .append(id)
                        .append(" --> ")
                        .append(topicNode(topic))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static void boxes(
            StringBuilder text, Topology topology, List<TopologyNode> nodes, Collection<String> stores) {
        nodes.forEach(node ->
                text.append("    ").append(quoted(topology, node, "[\"", "\"]")).append('\n'));
        stores.forEach(store -> text.append("    store_")
                .append(storeId(topology, store))
                .append("[(\"")
                .append(store)
                .append("\")]\n"));
        text.append("  end\n");
    }

    private static List<String> globalStores(Topology topology) {
        return topology.globalStores().stream().map(GlobalStore::store).toList();
    }

    private static String topicNode(String topic) {
        return "topic_" + Integer.toHexString(topic.hashCode()) + "([\"" + topic + "\"])";
    }

    private static String quoted(Topology topology, TopologyNode node, String open, String close) {
        return id(topology, node) + open + node.name() + close;
    }

    private static String id(Topology topology, TopologyNode node) {
        return "n" + topology.nodes().indexOf(node);
    }

    private static int storeId(Topology topology, String store) {
        return topology.stores().stream()
                .map(builder -> builder.name())
                .toList()
                .indexOf(store);
    }

    static String dot(Topology topology) {
        StringBuilder text = new StringBuilder("digraph topology {\n  rankdir=LR;\n");
        for (SubTopology part : topology.subTopologies()) {
            text.append("  subgraph cluster_").append(part.number()).append(" {\n    label=\"Sub-topology ");
            text.append(part.number()).append("\";\n");
            shapes(text, part.nodes(), part.stores());
        }
        if (!topology.globalStores().isEmpty()) {
            text.append("  subgraph cluster_global {\n    label=\"Global stores\";\n");
            shapes(text, topology.globalNodes(), globalStores(topology));
        }
        for (TopologyNode node : topology.nodes()) {
            if (node instanceof TopologyNode.SourceNode source) {
                source.topics().forEach(topic -> edge(text, "topic " + topic, node.name()));
            }
            topology.children(node.name()).forEach(child -> edge(text, node.name(), child.name()));
            if (node instanceof TopologyNode.ProcessorNode process) {
                process.stores().forEach(store -> text.append("  \"")
                        .append(node.name())
                        .append("\" -> \"store ")
                        .append(store)
                        .append("\" [style=dashed, dir=none];\n"));
            }
            if (node instanceof TopologyNode.SinkNode sink) {
                edge(
                        text,
                        node.name(),
                        "topic " + (sink.fixedTopic() == null ? "chosen by record" : sink.fixedTopic()));
            }
        }
        return text.append("}\n").toString();
    }

    private static void shapes(StringBuilder text, List<TopologyNode> nodes, Collection<String> stores) {
        nodes.forEach(node -> text.append("    \"").append(node.name()).append("\" [shape=box];\n"));
        stores.forEach(store -> text.append("    \"store ").append(store).append("\" [shape=cylinder];\n"));
        text.append("  }\n");
    }

    private static void edge(StringBuilder text, String from, String to) {
        text.append("  \"").append(from).append("\" -> \"").append(to).append("\";\n");
    }
}
