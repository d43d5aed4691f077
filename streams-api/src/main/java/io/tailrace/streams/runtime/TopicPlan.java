package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.topology.Copartitioning;
import io.tailrace.streams.topology.SubTopology;
import io.tailrace.streams.topology.Topology;
import io.tailrace.streams.topology.TopologyNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which topics of its own an application needs, and how many tasks it has: both follow from the topology and the topics that are there. A sub-topology has as many
 * tasks as the widest of the topics that it reads has partitions.
 */
final class TopicPlan {
    /** Commits are batches of this topic; a larger commit is not made (see {@link StreamSettings#LARGEST_COMMIT_BYTES}), but a single record may make it larger. */
    private static final int LARGEST_LOG_BATCH = TaskWriter.MAX_BATCH_BYTES;

    private static final int LOG_SEGMENT = 256 << 20;

    private final InternalNames names;
    private final Topology topology;
    private final Map<String, Topic> existing;
    private final int replicas;
    private final Map<String, Integer> repartitionCounts;

    /**
     * Of an application.
     *
     * @param existing all topics of the cluster
     * @param replicas of its own topics
     * @throws TailraceException UNKNOWN_TOPIC: what the topology reads or writes is not there; INVALID_TOPOLOGY: topics that are joined have different numbers of
     *     partitions; INCOMPATIBLE_TOPOLOGY: internal topics of the application are there, and are another topology's
     */
    static TopicPlan of(String application, Topology topology, Collection<Topic> existing, int replicas) {
        TopicPlan plan = new TopicPlan(application, topology, existing, replicas);
        plan.requireTopics();
        plan.countPartitions();
        plan.requireSameAsBefore();
        return plan;
    }

    private TopicPlan(String application, Topology topology, Collection<Topic> existing, int replicas) {
        this.names = new InternalNames(application);
        this.topology = topology;
        this.existing = existing.stream().collect(Collectors.toMap(Topic::name, Function.identity()));
        this.replicas = replicas;
        this.repartitionCounts = new TreeMap<>();
    }

    /** As {@code MissingSourceTopicException} of Kafka Streams: nobody knows how many partitions they are to have. */
    private void requireTopics() {
        Set<String> missing = new TreeSet<>();
        for (String topic : externalTopics()) {
            if (!existing.containsKey(topic)) {
                missing.add(topic);
            }
        }
        if (!missing.isEmpty()) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_TOPIC,
                    "The application reads or writes topics that are not there: " + String.join(", ", missing)
                            + ". Create them, then start it again.");
        }
    }

    private Set<String> externalTopics() {
        Set<String> topics = new TreeSet<>(topology.sourceTopics());
        for (TopologyNode node : topology.nodes()) {
            if (node instanceof TopologyNode.SinkNode sink && sink.fixedTopic() != null) {
                topics.add(sink.fixedTopic());
            }
        }
        topics.removeIf(topology::isInternal);
        return topics;
    }

    // --- how many partitions -----------------------------------------------------------------------------------------

    private void countPartitions() {
        Map<String, Integer> external = new HashMap<>();
        for (String topic : externalTopics()) {
            external.put(topic, Objects.requireNonNull(existing.get(topic)).partitions());
        }
        repartitionCounts.putAll(Copartitioning.partitions(topology, external));
    }

    private int partitions(String topic) {
        Integer own = repartitionCounts.get(topic);
        return own != null
                ? own
                : Objects.requireNonNull(existing.get(topic), topic).partitions();
    }

    // --- what was there before ---------------------------------------------------------------------------------------

    private void requireSameAsBefore() {
        for (NewTopic topic : topics()) {
            Topic before = existing.get(topic.name());
            if (before != null && before.partitions() != topic.partitions()) {
                throw incompatible("topic " + topic.name() + " has " + before.partitions()
                        + " partitions, and would have " + topic.partitions() + " now");
            }
        }
        Set<String> known = topics().stream().map(NewTopic::name).collect(Collectors.toSet());
        for (String name : new TreeSet<>(existing.keySet())) {
            if (names.isTaskLog(name) && !known.contains(name)) {
                throw incompatible("topic " + name + " belongs to a sub-topology that is no longer there");
            }
        }
    }

    private TailraceException incompatible(String what) {
        return new TailraceException(
                ErrorCode.INCOMPATIBLE_TOPOLOGY,
                "Application " + names.application() + " has run with another topology, or on topics of other widths: "
                        + what + ". Reset the application, or give it another name.");
    }

    // --- what is wanted ----------------------------------------------------------------------------------------------

    /** How many tasks a sub-topology has. */
    int tasks(SubTopology part) {
        return part.sourceTopics().stream()
                .mapToInt(this::partitions)
                .max()
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.INVALID_TOPOLOGY,
                        "Sub-topology " + part.number() + " reads no topic: nothing would ever come in."));
    }

    /** The application's own topics, those that are there included. */
    List<NewTopic> topics() {
        List<NewTopic> topics = new ArrayList<>();
        repartitionCounts.forEach((name, partitions) ->
                topics.add(new NewTopic(names.inCluster(name), partitions, replicas, repartitionSettings())));
        for (SubTopology part : topology.subTopologies()) {
            topics.add(new NewTopic(names.taskLog(part.number()), tasks(part), replicas, taskLogSettings()));
        }
        return topics;
    }

    /** Nothing goes before a task has read it: then the task itself has it deleted. */
    private static TopicSettings repartitionSettings() {
        return TopicSettings.DEFAULT.with(Map.of("retention.ms", "-1"));
    }

    private static TopicSettings taskLogSettings() {
        return TopicSettings.DEFAULT.with(Map.of(
                "cleanup.policy", "compact",
                "segment.bytes", Integer.toString(LOG_SEGMENT),
                "max.message.bytes", Integer.toString(LARGEST_LOG_BATCH)));
    }

    /** Those topics that are not there yet. */
    List<NewTopic> missing() {
        return topics().stream()
                .filter(topic -> !existing.containsKey(topic.name()))
                .toList();
    }

    /** The topics whose partitions are the tasks' logs, by sub-topology. */
    List<String> taskLogs() {
        return topology.subTopologies().stream()
                .map(part -> names.taskLog(part.number()))
                .toList();
    }

    /**
     * What tasks have to know, once all topics are there.
     *
     * @param now all topics of the cluster
     */
    TaskTopics taskTopics(Collection<Topic> now) {
        Map<String, Topic> byPhysical = now.stream().collect(Collectors.toMap(Topic::name, Function.identity()));
        Map<String, Topic> byName = new HashMap<>();
        externalTopics().forEach(topic -> byName.put(topic, Objects.requireNonNull(byPhysical.get(topic), topic)));
        topology.internalTopics()
                .forEach(topic -> byName.put(
                        topic.name(),
                        Objects.requireNonNull(byPhysical.get(names.inCluster(topic.name())), topic.name())));
        return new TaskTopics(Map.copyOf(byName));
    }
}
