package io.tailrace.streams.topology;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How many partitions the topics of a topology have. Records of the same key can only meet in a task if they lie in partitions of the same number, so topics whose records are
 * joined, or aggregated together, have as many partitions as each other ({@link Topology#copartitioned}). After Kafka Streams' {@code RepartitionTopics} and
 * {@code CopartitionedTopicsEnforcer}.
 */
public final class Copartitioning {
    private final Topology topology;
    private final Map<String, Integer> known;
    /** Internal topics whose number is not known yet. */
    private final Set<String> open = new TreeSet<>();

    private Copartitioning(Topology topology, Map<String, Integer> external) {
        this.topology = topology;
        this.known = new TreeMap<>(external);
    }

    /**
     * The number of partitions of each internal topic. One that is in a group takes the number of the others; else it has as many partitions as the widest topic that is read by
     * those who write to it.
     *
     * @param external how many partitions the topics have that exist without the application: at least all that the topology reads
     * @throws TailraceException INVALID_TOPOLOGY: topics of a group that cannot be changed have different numbers, or nothing says what the number of an internal one is to be
     */
    public static Map<String, Integer> partitions(Topology topology, Map<String, Integer> external) {
        return new Copartitioning(topology, external).settle();
    }

    private Map<String, Integer> settle() {
        for (InternalTopic topic : topology.internalTopics()) {
            Integer fixed = topic.partitions();
            if (fixed == null) {
                open.add(topic.name());
            } else {
                known.put(topic.name(), fixed);
            }
        }
        topology.copartitioned().forEach(this::takeNumberOfOthers);
        while (!open.isEmpty()) {
            // A topic may depend on itself, where records go in a circle: then what is known of the rest decides.
            if (!derive(true) && !derive(false)) {
                throw new TailraceException(
                        ErrorCode.INVALID_TOPOLOGY,
                        "Nothing says how many partitions " + String.join(", ", open)
                                + " are to have: give them a number where records are repartitioned.");
            }
        }
        Map<String, Integer> internal = new TreeMap<>();
        topology.internalTopics()
                .forEach(topic -> internal.put(topic.name(), Objects.requireNonNull(known.get(topic.name()))));
        return internal;
    }

    private void takeNumberOfOthers(Set<String> group) {
        Map<String, Integer> given = new TreeMap<>();
        for (String topic : group) {
            if (!open.contains(topic)) {
                given.put(topic, known(topic));
            }
        }
        Set<Integer> numbers = new HashSet<>(given.values());
        if (numbers.size() > 1) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY,
                    "Topics whose records are joined or aggregated together have different numbers of partitions: "
                            + given + ". Give them the same number, or send one of them through repartition().");
        }
        numbers.forEach(number -> settle(group, number));
    }

    private void settle(Collection<String> topics, int number) {
        for (String topic : topics) {
            if (open.remove(topic)) {
                known.put(topic, number);
            }
        }
    }

    /** Whether the number of any topic has become known by the topics that those read who write to it. */
    private boolean derive(boolean onlyIfAllAreKnown) {
        for (String topic : open) {
            Set<String> together = together(topic);
            List<String> above = new ArrayList<>();
            together.forEach(each -> above.addAll(above(each)));
            OptionalInt widest = above.stream()
                    .filter(each -> !open.contains(each))
                    .mapToInt(this::known)
                    .max();
            boolean all = above.stream().noneMatch(open::contains);
            if (widest.isPresent() && (all || !onlyIfAllAreKnown)) {
                settle(together, widest.getAsInt());
                return true;
            }
        }
        return false;
    }

    /** The group that it is in; itself, if it is in none. */
    private Set<String> together(String topic) {
        return topology.copartitioned().stream()
                .filter(group -> group.contains(topic))
                .findFirst()
                .orElse(Set.of(topic));
    }

    /** What the sub-topologies read that write to that topic. */
    private Set<String> above(String topic) {
        Set<String> inputs = new TreeSet<>();
        for (SubTopology part : topology.subTopologies()) {
            boolean writes = part.nodes().stream()
                    .anyMatch(node -> node instanceof TopologyNode.SinkNode sink && topic.equals(sink.fixedTopic()));
            if (writes) {
                inputs.addAll(part.sourceTopics());
            }
        }
        return inputs;
    }

    private int known(String topic) {
        @Nullable Integer number = known.get(topic);
        if (number == null) {
            throw new IllegalArgumentException("The number of partitions of topic " + topic + " is not given.");
        }
        return number;
    }

    /** Groups that have a topic in common are one; what is alone is none. */
    static List<Set<String>> merged(Collection<Set<String>> groups) {
        List<Set<String>> merged = new ArrayList<>();
        for (Set<String> group : groups) {
            Set<String> all = new TreeSet<>(group);
            List<Set<String>> touching = merged.stream()
                    .filter(other -> !java.util.Collections.disjoint(other, group))
                    .toList();
            touching.forEach(all::addAll);
            merged.removeAll(touching);
            merged.add(all);
        }
        return merged.stream().filter(group -> group.size() > 1).toList();
    }
}
