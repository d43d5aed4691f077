package io.tailrace.cluster.catalog;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is to be changed of a topic.
 *
 * @param partitions how many it is to have, never fewer than before; empty to leave it
 * @param set settings by Kafka's names, as text
 * @param reset names of the settings that go back to their defaults
 */
public record TopicChange(OptionalInt partitions, Map<String, String> set, Set<String> reset) {
    /** A change of settings only. */
    public static TopicChange set(Map<String, String> settings) {
        return new TopicChange(OptionalInt.empty(), settings, Set.of());
    }

    /** So many partitions, everything else as it is. */
    public static TopicChange partitions(int partitions) {
        return new TopicChange(OptionalInt.of(partitions), Map.of(), Set.of());
    }
}
