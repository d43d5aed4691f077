package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/**
 * A key and a value.
 *
 * @param key or {@code null}, where records may have none
 * @param value or {@code null}, where that means "deleted"
 */
public record KeyValue<K, V>(@Nullable K key, @Nullable V value) {
    /** The two together. */
    public static <K, V> KeyValue<K, V> pair(@Nullable K key, @Nullable V value) {
        return new KeyValue<>(key, value);
    }
}
