package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/** The values of keys in windows, to be looked up. A window is named by its start; one that the store no longer keeps is as if it had never been. */
public interface ReadOnlyWindowStore<K, V> {
    /** The value of a key in the window that starts then; {@code null} if there is none. */
    @Nullable
    V fetch(K key, long windowStart);

    /** The values of a key in windows that start between two times, both included, the earliest first. The keys are window starts. */
    Entries<Long, V> fetch(K key, long from, long to);

    /** The same, the latest first. */
    Entries<Long, V> backwardFetch(K key, long from, long to);

    /** The values of all keys in windows that start between two times, both included, in no order that could be relied on. */
    Entries<Windowed<K>, V> fetchAll(long from, long to);

    /** The values of all keys in all windows, in no order that could be relied on. */
    default Entries<Windowed<K>, V> all() {
        return fetchAll(0, Long.MAX_VALUE);
    }
}
