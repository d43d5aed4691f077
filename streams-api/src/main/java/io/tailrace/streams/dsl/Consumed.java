package io.tailrace.streams.dsl;

import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.Serde;
import io.tailrace.streams.topology.TimestampExtractor;
import org.jspecify.annotations.Nullable;

/**
 * How topics are read.
 *
 * @param keySerde reads keys; {@code null}: the builder's
 * @param valueSerde reads values; {@code null}: the builder's
 * @param timestamps tells when events were; {@code null}: the application's choice, which is the record's timestamp if it has none
 * @param reset where to begin without a position; {@code null}: the application's choice
 * @param name of the node; {@code null}: one is made up
 */
public record Consumed<K, V>(
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V> valueSerde,
        @Nullable TimestampExtractor timestamps,
        @Nullable AutoOffsetReset reset,
        @Nullable String name) {
    /** With these serdes. */
    public static <K, V> Consumed<K, V> with(Serde<K> keySerde, Serde<V> valueSerde) {
        return new Consumed<>(keySerde, valueSerde, null, null, null);
    }

    /** The same by times of that kind. */
    public Consumed<K, V> withTimestampExtractor(TimestampExtractor extractor) {
        return new Consumed<>(keySerde, valueSerde, extractor, reset, name);
    }

    /** The same beginning there. */
    public Consumed<K, V> withOffsetResetPolicy(AutoOffsetReset policy) {
        return new Consumed<>(keySerde, valueSerde, timestamps, policy, name);
    }

    /** The same under that name. */
    public Consumed<K, V> withName(String other) {
        return new Consumed<>(keySerde, valueSerde, timestamps, reset, other);
    }
}
