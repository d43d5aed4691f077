package io.tailrace.streams.query;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyWindowStore;
import io.tailrace.streams.state.Windowed;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A window store whose values are told without their timestamps, if they have any. */
record PlainWindows<K, V>(Supplier<ReadOnlyWindowStore<K, Object>> store) implements ReadOnlyWindowStore<K, V> {
    @Override
    public @Nullable V fetch(K key, long windowStart) {
        return PlainEntries.plain(store.get().fetch(key, windowStart));
    }

    @Override
    public Entries<Long, V> fetch(K key, long from, long to) {
        return new PlainEntries<>(store.get().fetch(key, from, to));
    }

    @Override
    public Entries<Long, V> backwardFetch(K key, long from, long to) {
        return new PlainEntries<>(store.get().backwardFetch(key, from, to));
    }

    @Override
    public Entries<Windowed<K>, V> fetchAll(long from, long to) {
        return new PlainEntries<>(store.get().fetchAll(from, to));
    }
}
