package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.topology.SinkPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * How a stream is sent through a topic of its own.
 *
 * @param name of the topic; {@code null}: one is made up
 * @param keySerde writes and reads keys; {@code null}: what they were read with
 * @param valueSerde writes and reads values; {@code null}: what they were read with
 * @param partitions of the topic; {@code null}: as many as what it is made of has
 * @param partitioner chooses partitions; {@code null}: the key decides
 */
public record Repartitioned<K, V>(
        @Nullable String name,
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V> valueSerde,
        @Nullable Integer partitions,
        @Nullable SinkPartitioner<? super K, ? super V> partitioner) {
    /** With these serdes. */
    public static <K, V> Repartitioned<K, V> with(Serde<K> keySerde, Serde<V> valueSerde) {
        return new Repartitioned<>(null, keySerde, valueSerde, null, null);
    }

    /** Under that name. */
    public static <K, V> Repartitioned<K, V> as(String name) {
        return new Repartitioned<>(name, null, null, null, null);
    }

    /** The same under that name. */
    public Repartitioned<K, V> withName(String other) {
        return new Repartitioned<>(other, keySerde, valueSerde, partitions, partitioner);
    }

    /** The same with so many partitions, at least 1. */
    public Repartitioned<K, V> withNumberOfPartitions(int other) {
        return new Repartitioned<>(name, keySerde, valueSerde, other, partitioner);
    }

    /** The same with partitions of one's own choice. */
    public Repartitioned<K, V> withStreamPartitioner(SinkPartitioner<? super K, ? super V> other) {
        return new Repartitioned<>(name, keySerde, valueSerde, partitions, other);
    }
}
