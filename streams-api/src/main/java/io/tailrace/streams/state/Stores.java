package io.tailrace.streams.state;

import io.tailrace.streams.Serde;
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
