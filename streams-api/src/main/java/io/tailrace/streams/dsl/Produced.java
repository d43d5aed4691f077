package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.topology.SinkPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * How a topic is written.
 *
 * @param keySerde writes keys; {@code null}: what they were read with
 * @param valueSerde writes values; {@code null}: what they were read with
 * @param partitioner chooses partitions; {@code null}: the key decides
 * @param name of the node; {@code null}: one is made up
 */
public record Produced<K, V>(
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V> valueSerde,
        @Nullable SinkPartitioner<? super K, ? super V> partitioner,
        @Nullable String name) {
    /** With these serdes. */
    public static <K, V> Produced<K, V> with(Serde<K> keySerde, Serde<V> valueSerde) {
        return new Produced<>(keySerde, valueSerde, null, null);
    }

    /** The same with partitions of one's own choice. */
    public Produced<K, V> withStreamPartitioner(SinkPartitioner<? super K, ? super V> other) {
        return new Produced<>(keySerde, valueSerde, other, name);
    }

    /** The same under that name. */
    public Produced<K, V> withName(String other) {
        return new Produced<>(keySerde, valueSerde, partitioner, other);
    }
}
