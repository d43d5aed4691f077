package io.tailrace.streams.query;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyKeyValueStore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A key-value store without what would change it. */
record KeyValues<K, V>(Supplier<ReadOnlyKeyValueStore<K, V>> store) implements ReadOnlyKeyValueStore<K, V> {
    @Override
    public @Nullable V get(K key) {
        return store.get().get(key);
    }

    @Override
    public Entries<K, V> range(@Nullable K from, @Nullable K to) {
        return store.get().range(from, to);
    }
}
