package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Windowed;
import java.time.Duration;

/** The serdes for keys within windows. What they write is byte for byte what Kafka Streams' own serializers write. */
public final class WindowedSerdes {
    private WindowedSerdes() {}

    /**
     * Of windows of a fixed size: the key, and behind it the start in 8 bytes, big-endian.
     *
     * @param windowSize how long the windows are that are read, since it is not written
     */
    public static <K> Serde<Windowed<K>> timeWindowed(Serde<K> keys, Duration windowSize) {
        return new TimeWindowedSerde<>(keys, windowSize.toMillis());
    }

    /** Of sessions: the key, and behind it the end and the start in 8 bytes each, big-endian. */
    public static <K> Serde<Windowed<K>> sessionWindowed(Serde<K> keys) {
        return new SessionWindowedSerde<>(keys);
    }
}
