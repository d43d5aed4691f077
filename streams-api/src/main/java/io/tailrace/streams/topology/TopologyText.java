package io.tailrace.streams.topology;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A topology as text: for people, for Mermaid, for Graphviz. */
final class TopologyText {
    private TopologyText() {}

    static String describe(Topology topology) {
        StringBuilder text = new StringBuilder("Topology\n");
        for (SubTopology part : topology.subTopologies()) {
            text.append("  Sub-topology ").append(part.number()).append('\n');
            for (TopologyNode node : part.nodes()) {
                text.append("    ").append(kind(node)).append(' ').append(node.name());
                String about = about(node);
                if (!about.isEmpty()) {
                    text.append(" (").append(about).append(')');
                }
                List<TopologyNode> children = topology.children(node.name());
                if (!children.isEmpty()) {
                    text.append(" -> ")
                            .append(children.stream().map(TopologyNode::name).collect(Collectors.joining(", ")));
                }
                text.append('\n');
            }
        }
        return text.toString();
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
            String topic = "topic: " + (sink.fixedTopic() == null ? "chosen by record" : sink.fixedTopic());
            return sink.dropped() == null ? topic : topic + ", dropped: " + sink.dropped();
        }
        List<String> stores = ((TopologyNode.ProcessorNode) node).stores();
        return stores.isEmpty() ? "" : "stores: " + String.join(", ", stores);
    }

    static String mermaid(Topology topology) {
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (SubTopology part : topology.subTopologies()) {
            text.append(String.format(Locale.ROOT, "  subgraph s%d[Sub-topology %d]%n", part.number(), part.number()));
            for (TopologyNode node : part.nodes()) {
                text.append("    ").append(quoted(topology, node, "[\"", "\"]")).append('\n');
                if (node instanceof TopologyNode.ProcessorNode process) {
                    for (String store : process.stores()) {
                        text.append("    ")
                                .append(id(topology, node))
                                .append(" -.- store_")
                                .append(storeId(topology, store));
                        text.append("[(\"").append(store).append("\")]\n");
                    }
                }
            }
            text.append("  end\n");
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
            for (TopologyNode node : part.nodes()) {
                text.append("    \"").append(node.name()).append("\" [shape=box];\n");
            }
            text.append("  }\n");
        }
        for (TopologyNode node : topology.nodes()) {
            if (node instanceof TopologyNode.SourceNode source) {
                source.topics().forEach(topic -> edge(text, "topic " + topic, node.name()));
            }
            topology.children(node.name()).forEach(child -> edge(text, node.name(), child.name()));
            if (node instanceof TopologyNode.SinkNode sink) {
                edge(
                        text,
                        node.name(),
                        "topic " + (sink.fixedTopic() == null ? "chosen by record" : sink.fixedTopic()));
            }
        }
        return text.append("}\n").toString();
    }

    private static void edge(StringBuilder text, String from, String to) {
        text.append("  \"").append(from).append("\" -> \"").append(to).append("\";\n");
    }
}
