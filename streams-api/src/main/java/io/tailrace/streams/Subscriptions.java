package io.tailrace.streams;

import io.tailrace.streams.Subscription.AtOffset;
import io.tailrace.streams.Subscription.AtTime;
import io.tailrace.streams.Subscription.ByReset;
import io.tailrace.streams.Subscription.Start;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Which partitions a consumer reads, and from where on. */
public final class Subscriptions {
    private Subscriptions() {}

    /** These partitions, each from where {@link ConsumerSettings#autoOffsetReset()} says: by default all that is there. */
    public static Subscription assignment(TopicPartition... partitions) {
        Map<TopicPartition, Start> starts = new LinkedHashMap<>();
        for (TopicPartition partition : List.of(partitions)) {
            starts.put(partition, new ByReset());
        }
        return new Subscription(starts);
    }

    /** The same for a set. */
    public static Subscription assignment(Set<TopicPartition> partitions) {
        return assignment(partitions.toArray(TopicPartition[]::new));
    }

    /** This partition from that offset on. */
    public static Subscription assignmentWithOffset(TopicPartition partition, long offset) {
        return assignmentWithOffset(Map.of(partition, offset));
    }

    /** These partitions, each from its offset on. */
    public static Subscription assignmentWithOffset(Map<TopicPartition, Long> offsets) {
        return each(offsets, AtOffset::new);
    }

    /**
     * This partition from the first record on whose timestamp is at or after that time (milliseconds since 1970); where there is
     * none, from its end on.
     */
    public static Subscription assignmentOffsetsForTimes(TopicPartition partition, long timestampMillis) {
        return assignmentOffsetsForTimes(Map.of(partition, timestampMillis));
    }

    /** The same for several partitions, each with its time. */
    public static Subscription assignmentOffsetsForTimes(Map<TopicPartition, Long> timestampsMillis) {
        return each(timestampsMillis, AtTime::new);
    }

    private static Subscription each(Map<TopicPartition, Long> values, Function<Long, Start> start) {
        Map<TopicPartition, Start> starts = new LinkedHashMap<>();
        values.forEach((partition, value) -> starts.put(partition, start.apply(value)));
        return new Subscription(starts);
    }
}
