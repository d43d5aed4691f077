package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/** The values of keys, to be looked up. */
public interface ReadOnlyKeyValueStore<K, V> {
    /** The value of a key; {@code null} if there is none. */
    @Nullable
    V get(K key);

    /**
     * The entries between two keys, both included, in the order of the keys' bytes.
     *
     * @param from {@code null}: from the first
     * @param to {@code null}: to the last
     */
    Entries<K, V> range(@Nullable K from, @Nullable K to);

    /** All entries, in the order of the keys' bytes. */
    default Entries<K, V> all() {
        return range(null, null);
    }
}
