package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import org.jspecify.annotations.Nullable;

/**
 * How a stream is joined with a table. The serdes are those of the topic through which a stream goes whose records may lie in other partitions than their keys say.
 *
 * @param keySerde of the stream's keys; {@code null}: what they were read with
 * @param valueSerde of the stream's values; {@code null}: what they were read with
 * @param name of the node, and of that topic; {@code null}: one is made up
 */
public record Joined<K, V>(
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V> valueSerde,
        @Nullable String name) {
    /** With these serdes. */
    public static <K, V> Joined<K, V> with(Serde<K> keySerde, Serde<V> valueSerde) {
        return new Joined<>(keySerde, valueSerde, null);
    }

    /** Under that name. */
    public static <K, V> Joined<K, V> as(String name) {
        return new Joined<>(null, null, name);
    }

    /** The same under that name. */
    public Joined<K, V> withName(String other) {
        return new Joined<>(keySerde, valueSerde, other);
    }
}
