package io.tailrace.streams.query;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyWindowStore;
import io.tailrace.streams.state.Windowed;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A window store without what would change it; made for each look, since how far windows have come is read when it is made. */
record Windows<K, V>(Supplier<ReadOnlyWindowStore<K, V>> store) implements ReadOnlyWindowStore<K, V> {
    @Override
    public @Nullable V fetch(K key, long windowStart) {
        return store.get().fetch(key, windowStart);
    }

    @Override
    public Entries<Long, V> fetch(K key, long from, long to) {
        return store.get().fetch(key, from, to);
    }

    @Override
    public Entries<Long, V> backwardFetch(K key, long from, long to) {
        return store.get().backwardFetch(key, from, to);
    }

    @Override
    public Entries<Windowed<K>, V> fetchAll(long from, long to) {
        return store.get().fetchAll(from, to);
    }
}
