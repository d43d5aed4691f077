package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serde;
import org.jspecify.annotations.Nullable;

/**
 * How records wait that are delayed.
 *
 * @param name of the node, with which its store's name begins; {@code null}: one is made up
 * @param keySerde writes and reads keys; {@code null}: what they were read with
 * @param valueSerde writes and reads values; {@code null}: what they were read with
 * @param maxRecords how many of a task wait at most, 1 at least: if there are more, those with the earliest timestamps go on early
 */
public record Delayed<K, V>(
        @Nullable String name,
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V> valueSerde,
        int maxRecords) {
    private static final int DEFAULT_MAX_RECORDS = 100_000;

    /** Throws a {@link TailraceException} with INVALID_TOPOLOGY if none could wait. */
    public Delayed {
        if (maxRecords < 1) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, "At least 1 record has to be let wait, not " + maxRecords + ".");
        }
    }

    /** With these serdes, 100,000 records at most. */
    public static <K, V> Delayed<K, V> with(Serde<K> keySerde, Serde<V> valueSerde) {
        return new Delayed<>(null, keySerde, valueSerde, DEFAULT_MAX_RECORDS);
    }

    static <K, V> Delayed<K, V> defaults() {
        return new Delayed<>(null, null, null, DEFAULT_MAX_RECORDS);
    }

    /** With the serdes that are known, 100,000 records at most. */
    public static <K, V> Delayed<K, V> as(String name) {
        return new Delayed<>(name, null, null, DEFAULT_MAX_RECORDS);
    }

    /** The same under that name. */
    public Delayed<K, V> withName(String other) {
        return new Delayed<>(other, keySerde, valueSerde, maxRecords);
    }

    /** The same for so many records. */
    public Delayed<K, V> withMaxRecords(int other) {
        return new Delayed<>(name, keySerde, valueSerde, other);
    }
}
