package io.tailrace.streams.state;

import io.tailrace.streams.Serde;
import java.time.Duration;
import java.util.function.Function;

/** The kinds of store there are. */
public final class Stores {
    private Stores() {}

    /** Values by key. */
    public static <K, V> StoreBuilder<KeyValueStore<K, V>> keyValueStore(
            String name, Serde<K> keySerde, Serde<V> valueSerde) {
        return of(name, host -> new BytesKeyValueStore<>(name, host.bytes(name), keySerde, valueSerde));
    }

    /** Values and their timestamps by key. */
    public static <K, V> StoreBuilder<TimestampedKeyValueStore<K, V>> timestampedKeyValueStore(
            String name, Serde<K> keySerde, Serde<V> valueSerde) {
        return of(name, host -> new BytesTimestampedKeyValueStore<>(name, host.bytes(name), keySerde, valueSerde));
    }

    /**
     * Values by key and window; see {@link WindowStore}.
     *
     * @param retention how far the start of a window may lie behind the latest one
     * @param windowSize how long the windows are that it tells of
     * @param retainDuplicates whether to keep several values under one key and start, each that is put
     */
    public static <K, V> StoreBuilder<WindowStore<K, V>> windowStore(
            String name,
            Duration retention,
            Duration windowSize,
            boolean retainDuplicates,
            Serde<K> keySerde,
            Serde<V> valueSerde) {
        return of(
                name,
                host -> new BytesWindowStore<>(
                        name, host.bytes(name), keySerde, valueSerde, retention, windowSize, retainDuplicates));
    }

    /** The same for windows that are moments: each ends when it starts. */
    public static <K, V> StoreBuilder<WindowStore<K, V>> windowStore(
            String name, Duration retention, boolean retainDuplicates, Serde<K> keySerde, Serde<V> valueSerde) {
        return windowStore(name, retention, Duration.ZERO, retainDuplicates, keySerde, valueSerde);
    }

    /** Values and their timestamps by key and window. */
    public static <K, V> StoreBuilder<WindowStore<K, ValueAndTimestamp<V>>> timestampedWindowStore(
            String name, Duration retention, Duration windowSize, Serde<K> keySerde, Serde<V> valueSerde) {
        return windowStore(name, retention, windowSize, false, keySerde, new TimestampedSerde<>(valueSerde));
    }

    private static <S extends StateStore> StoreBuilder<S> of(String name, Function<StoreHost, S> build) {
        return new StoreBuilder<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public S build(StoreHost host) {
                return build.apply(host);
            }
        };
    }
}
