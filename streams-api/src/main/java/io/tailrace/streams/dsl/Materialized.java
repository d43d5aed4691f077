package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a table is kept.
 *
 * @param name of its store, by which it can be queried; {@code null}: one is made up
 * @param keySerde writes and reads keys; {@code null}: what they were read with
 * @param valueSerde writes and reads values; {@code null}: what is known of them, else it has to be given
 * @param retention how long windows are kept, from the start of the latest, where the table has windows; {@code null}: until they are closed
 */
public record Materialized<K, V>(
        @Nullable String name,
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V> valueSerde,
        @Nullable Duration retention) {
    /** With nothing said of windows. */
    public Materialized(@Nullable String name, @Nullable Serde<K> keySerde, @Nullable Serde<V> valueSerde) {
        this(name, keySerde, valueSerde, null);
    }

    /** In a store of that name. */
    public static <K, V> Materialized<K, V> as(String name) {
        return new Materialized<>(name, null, null);
    }

    /** With these serdes. */
    public static <K, V> Materialized<K, V> with(Serde<K> keySerde, Serde<V> valueSerde) {
        return new Materialized<>(null, keySerde, valueSerde);
    }

    /** The same with other keys. */
    public Materialized<K, V> withKeySerde(Serde<K> other) {
        return new Materialized<>(name, other, valueSerde, retention);
    }

    /** The same with other values. */
    public Materialized<K, V> withValueSerde(Serde<V> other) {
        return new Materialized<>(name, keySerde, other, retention);
    }

    /** The same with windows kept that long: to be queried for longer, since it cannot be less than they are open for. */
    public Materialized<K, V> withRetention(Duration other) {
        return new Materialized<>(name, keySerde, valueSerde, other);
    }
}
