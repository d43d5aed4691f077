package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/**
 * The values of keys in windows. What starts earlier than the store's retention before the latest start that was put is forgotten, and taken no more. After Kafka
 * Streams' {@code WindowStore}.
 */
public interface WindowStore<K, V> extends StateStore, ReadOnlyWindowStore<K, V> {
    /**
     * Sets the value of a key in the window that starts then, or adds one if the store keeps several.
     *
     * @param value {@code null} takes it away; ignored by a store that keeps several
     * @param windowStart milliseconds since 1970, not negative
     */
    void put(K key, @Nullable V value, long windowStart);

    /** The start of the earliest window that is kept, and would be taken; 0 before the first was put. */
    long earliestKept();
}
