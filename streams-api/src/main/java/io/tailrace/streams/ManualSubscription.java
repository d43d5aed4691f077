package io.tailrace.streams;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Partitions that the application names, and from where on each is read. Made by {@link Subscriptions}. */
public final class ManualSubscription implements Subscription {
    private static final long NEVER = Long.MAX_VALUE;

    private final Map<TopicPartition, PartitionStart> starts;
    private final Map<TopicPartition, Long> ends;

    ManualSubscription(Map<TopicPartition, PartitionStart> starts) {
        this(starts, Map.of());
    }

    private ManualSubscription(Map<TopicPartition, PartitionStart> starts, Map<TopicPartition, Long> ends) {
        if (starts.isEmpty()) {
            throw new IllegalArgumentException("A subscription needs at least one partition.");
        }
        this.starts = Collections.unmodifiableMap(new LinkedHashMap<>(starts));
        this.ends = Map.copyOf(ends);
    }

    /**
     * The same with an end: no record at or after these offsets is read, and the source completes when each of its partitions has
     * reached its own, whatever lies there. A partition that is not named has no end.
     */
    public ManualSubscription until(Map<TopicPartition, Long> endOffsets) {
        return new ManualSubscription(starts, endOffsets);
    }

    /** In the order in which they were given. */
    Map<TopicPartition, PartitionStart> starts() {
        return starts;
    }

    /** The first offset of that partition that is not read. */
    long endOf(TopicPartition partition) {
        return ends.getOrDefault(partition, NEVER);
    }

    /** Whether one of its partitions is read up to an offset only. */
    boolean hasEnd() {
        return !ends.isEmpty();
    }

    @Override
    public String toString() {
        return "ManualSubscription" + starts + (ends.isEmpty() ? "" : " until " + ends);
    }
}
