package io.tailrace.streams;

import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.streams.PartitionStart.AtOffset;
import io.tailrace.streams.PartitionStart.AtTime;
import io.tailrace.streams.PartitionStart.ByReset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Which partitions a consumer reads, and from where on. */
public final class Subscriptions {
    private Subscriptions() {}

    /**
     * The partitions of these topics that the consumer's group deals to it, each from where the group has committed; where it has
     * committed nothing yet, {@link ConsumerSettings#autoOffsetReset()} says. A topic that is not there yet is read when it is.
     */
    public static AutoSubscription topics(String... topics) {
        return subscription(List.of(topics));
    }

    /** The same for a set. */
    public static AutoSubscription topics(Set<String> topics) {
        return subscription(topics.stream().sorted().toList());
    }

    /**
     * The same for all topics whose names match that expression as a whole, those that come later included.
     *
     * @throws java.util.regex.PatternSyntaxException if it is no regular expression
     */
    public static AutoSubscription topicPattern(String pattern) {
        return new AutoSubscription(
                new GroupJoin.Pattern(Pattern.compile(pattern).pattern()));
    }

    private static AutoSubscription subscription(List<String> topics) {
        if (topics.isEmpty()) {
            throw new IllegalArgumentException("A subscription needs at least one topic.");
        }
        return new AutoSubscription(new GroupJoin.Names(topics));
    }

    /** These partitions, each from where {@link ConsumerSettings#autoOffsetReset()} says: by default all that is there. */
    public static ManualSubscription assignment(TopicPartition... partitions) {
        Map<TopicPartition, PartitionStart> starts = new LinkedHashMap<>();
        for (TopicPartition partition : List.of(partitions)) {
            starts.put(partition, new ByReset());
        }
        return new ManualSubscription(starts);
    }

    /** The same for a set. */
    public static ManualSubscription assignment(Set<TopicPartition> partitions) {
        return assignment(partitions.toArray(TopicPartition[]::new));
    }

    /** This partition from that offset on. */
    public static ManualSubscription assignmentWithOffset(TopicPartition partition, long offset) {
        return assignmentWithOffset(Map.of(partition, offset));
    }

    /** These partitions, each from its offset on. */
    public static ManualSubscription assignmentWithOffset(Map<TopicPartition, Long> offsets) {
        return each(offsets, AtOffset::new);
    }

    /**
     * This partition from the first record on whose timestamp is at or after that time (milliseconds since 1970); where there is
     * none, from its end on.
     */
    public static ManualSubscription assignmentOffsetsForTimes(TopicPartition partition, long timestampMillis) {
        return assignmentOffsetsForTimes(Map.of(partition, timestampMillis));
    }

    /** The same for several partitions, each with its time. */
    public static ManualSubscription assignmentOffsetsForTimes(Map<TopicPartition, Long> timestampsMillis) {
        return each(timestampsMillis, AtTime::new);
    }

    private static ManualSubscription each(Map<TopicPartition, Long> values, Function<Long, PartitionStart> start) {
        Map<TopicPartition, PartitionStart> starts = new LinkedHashMap<>();
        values.forEach((partition, value) -> starts.put(partition, start.apply(value)));
        return new ManualSubscription(starts);
    }
}
