package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import org.jspecify.annotations.Nullable;

/**
 * How records are brought together by key.
 *
 * @param name of the topic through which they go to the partitions of their new keys; {@code null}: one is made up
 * @param keySerde of the new keys; {@code null}: what they were read with
 * @param valueSerde of the values; {@code null}: what they were read with
 */
public record Grouped<K, V>(
        @Nullable String name,
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V> valueSerde) {
    /** With these serdes. */
    public static <K, V> Grouped<K, V> with(Serde<K> keySerde, Serde<V> valueSerde) {
        return new Grouped<>(null, keySerde, valueSerde);
    }

    /** With these serdes through a topic of that name. */
    public static <K, V> Grouped<K, V> with(String name, Serde<K> keySerde, Serde<V> valueSerde) {
        return new Grouped<>(name, keySerde, valueSerde);
    }

    /** Through a topic of that name. */
    public static <K, V> Grouped<K, V> as(String name) {
        return new Grouped<>(name, null, null);
    }
}
