package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Asks which topics there are, where their partitions begin and end, and how far a group has read them. Safe for use by many threads. Every
 * stage fails with a {@link TailraceException}: UNKNOWN_TOPIC, UNKNOWN_PARTITION, CLOSED, or a retriable one where nobody answers within the time that the
 * node's settings give the question ({@code tailrace.catalog}, {@code tailrace.groups}). Where several partitions are asked for, the first failure is that of all.
 */
public final class MetadataClient {
    /** Partitions that are asked at a time. */
    private static final int AT_ONCE = 64;

    private final Tailrace tailrace;
    private final ConsumerSettings<?, ?> settings;

    private MetadataClient(ConsumerSettings<?, ?> settings) {
        this.tailrace = settings.tailrace();
        this.settings = settings;
    }

    /** A client of the settings' node, for their group. */
    public static MetadataClient create(ConsumerSettings<?, ?> settings) {
        return new MetadataClient(settings);
    }

    /** Does nothing: there is nothing to close. For programs that close theirs. */
    public void close() {}

    /** The offset of the first record of each of these. */
    public CompletionStage<Map<TopicPartition, Long>> getBeginningOffsets(Set<TopicPartition> partitions) {
        return each(partitions, partition -> range(partition).thenApply(OffsetRange::startOffset));
    }

    /** The offset of the first record. */
    public CompletionStage<Long> getBeginningOffsetForPartition(TopicPartition partition) {
        return range(partition).thenApply(OffsetRange::startOffset);
    }

    /** The offset behind the last committed record of each of these. */
    public CompletionStage<Map<TopicPartition, Long>> getEndOffsets(Set<TopicPartition> partitions) {
        return each(partitions, partition -> range(partition).thenApply(OffsetRange::endOffset));
    }

    /** The offset behind the last committed record. */
    public CompletionStage<Long> getEndOffsetForPartition(TopicPartition partition) {
        return range(partition).thenApply(OffsetRange::endOffset);
    }

    /** All topics with their partitions. */
    public CompletionStage<Map<String, List<TopicPartition>>> listTopics() {
        return tailrace.topics().list().thenApply(topics -> topics.stream()
                .collect(Collectors.toMap(Topic::name, MetadataClient::partitionsOf)));
    }

    /** The partitions of a topic. */
    public CompletionStage<List<TopicPartition>> getPartitionsFor(String topic) {
        return tailrace.topics().describe(topic).thenApply(MetadataClient::partitionsOf);
    }

    /**
     * What the settings' group has committed of these; a partition of which it has committed nothing is not in the map. Fails besides with
     * UNKNOWN_GROUP; refused with INVALID_SETTING if the settings name no group.
     */
    public CompletionStage<Map<TopicPartition, CommittedOffset>> getCommittedOffsets(Set<TopicPartition> partitions) {
        return tailrace.groups().describe(settings.requireGroupId()).thenApply(group -> {
            Map<TopicPartition, CommittedOffset> committed = new HashMap<>();
            group.offsets().forEach((partition, offset) -> {
                TopicPartition name =
                        new TopicPartition(partition.topic(), partition.id().partition());
                if (partitions.contains(name)) {
                    committed.put(name, offset);
                }
            });
            return committed;
        });
    }

    private static List<TopicPartition> partitionsOf(Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(number -> new TopicPartition(topic.name(), number))
                .toList();
    }

    private CompletionStage<OffsetRange> range(TopicPartition partition) {
        return tailrace.topics().describe(partition.topic()).thenCompose(topic -> {
            if (partition.partition() >= topic.partitions()) {
                throw new TailraceException(
                        ErrorCode.UNKNOWN_PARTITION,
                        "Topic " + topic.name() + " has the partitions 0 to " + (topic.partitions() - 1) + ", not "
                                + partition.partition() + ": ask for one of them.");
            }
            PartitionReader reader = tailrace.partitions().reader(topic.partition(partition.partition()));
            return reader.offsets().whenComplete((range, failure) -> reader.close());
        });
    }

    private static <T> CompletionStage<Map<TopicPartition, T>> each(
            Set<TopicPartition> partitions, Function<TopicPartition, CompletionStage<T>> question) {
        return each(List.copyOf(partitions), 0, new HashMap<>(), question);
    }

    /** The answers of all from that one on, beside those that are known. */
    private static <T> CompletionStage<Map<TopicPartition, T>> each(
            List<TopicPartition> all,
            int from,
            Map<TopicPartition, T> known,
            Function<TopicPartition, CompletionStage<T>> question) {
        if (from == all.size()) {
            return CompletableFuture.completedStage(known);
        }
        int to = Math.min(all.size(), from + AT_ONCE);
        CompletionStage<Map<TopicPartition, T>> some = CompletableFuture.completedStage(known);
        for (TopicPartition partition : all.subList(from, to)) {
            some = some.thenCombine(question.apply(partition), (answers, answer) -> {
                answers.put(partition, answer);
                return answers;
            });
        }
        return some.thenCompose(answers -> each(all, to, answers, question));
    }
}
