package io.tailrace.streams;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which partitions a consumer reads, and from where on. Made by {@link Subscriptions}. */
public final class Subscription {
    private static final long NEVER = Long.MAX_VALUE;

    private final Map<TopicPartition, Start> starts;
    private final Map<TopicPartition, Long> ends;

    Subscription(Map<TopicPartition, Start> starts) {
        this(starts, Map.of());
    }

    private Subscription(Map<TopicPartition, Start> starts, Map<TopicPartition, Long> ends) {
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
    public Subscription until(Map<TopicPartition, Long> endOffsets) {
        return new Subscription(starts, endOffsets);
    }

    /** In the order in which they were given. */
    Map<TopicPartition, Start> starts() {
        return starts;
    }

    /** The first offset of that partition that is not read. */
    long endOf(TopicPartition partition) {
        return ends.getOrDefault(partition, NEVER);
    }

    @Override
    public String toString() {
        return "Subscription" + starts + (ends.isEmpty() ? "" : " until " + ends);
    }

    /** Where a partition begins. */
    sealed interface Start permits ByReset, AtOffset, AtTime {}

    /** Where the settings' {@link AutoOffsetReset} says. */
    record ByReset() implements Start {}

    /** At an offset. */
    record AtOffset(long offset) implements Start {
        AtOffset {
            if (offset < 0) {
                throw new IllegalArgumentException("Offsets are numbered from 0, not " + offset);
            }
        }
    }

    /** At the first record that is not older, milliseconds since 1970. */
    record AtTime(long timestampMillis) implements Start {}
}
