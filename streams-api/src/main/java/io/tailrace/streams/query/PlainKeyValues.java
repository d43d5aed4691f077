package io.tailrace.streams.query;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyKeyValueStore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A key-value store whose values are told without their timestamps, if they have any. */
record PlainKeyValues<K, V>(Supplier<ReadOnlyKeyValueStore<K, Object>> store) implements ReadOnlyKeyValueStore<K, V> {
    @Override
    public @Nullable V get(K key) {
        return PlainEntries.plain(store.get().get(key));
    }

    @Override
    public Entries<K, V> range(@Nullable K from, @Nullable K to) {
        return new PlainEntries<>(store.get().range(from, to));
    }
}
