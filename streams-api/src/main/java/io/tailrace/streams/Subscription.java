package io.tailrace.streams;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which partitions a consumer reads, and from where on. Made by {@link Subscriptions}. */
public final class Subscription {
    private final Map<TopicPartition, Start> starts;

    Subscription(Map<TopicPartition, Start> starts) {
        if (starts.isEmpty()) {
            throw new IllegalArgumentException("A subscription needs at least one partition.");
        }
        this.starts = Collections.unmodifiableMap(new LinkedHashMap<>(starts));
    }

    /** In the order in which they were given. */
    Map<TopicPartition, Start> starts() {
        return starts;
    }

    @Override
    public String toString() {
        return "Subscription" + starts;
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
