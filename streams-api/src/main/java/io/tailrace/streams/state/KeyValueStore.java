package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/** The values of keys. */
public interface KeyValueStore<K, V> extends StateStore, ReadOnlyKeyValueStore<K, V> {
    /** Sets the value of a key; {@code null} takes it away. */
    void put(K key, @Nullable V value);

    /** Takes the value of a key away and tells what it was; {@code null} if there was none. */
    default @Nullable V delete(K key) {
        V before = get(key);
        put(key, null);
        return before;
    }
}
