package io.tailrace.streams.runtime;

import org.jspecify.annotations.Nullable;

/**
 * What has become of a key of a store.
 *
 * @param key never {@code null}
 * @param value {@code null}: it is gone
 * @param timestamp milliseconds since 1970: as of when the value is, or of the commit where the store keeps no timestamps, or where the key is gone
 */
public record StoreChange<K, V>(K key, @Nullable V value, long timestamp) {}
