package io.tailrace.streams.state;

/**
 * A key within a window.
 *
 * @param key never {@code null}
 */
public record Windowed<K>(K key, Window window) {}
