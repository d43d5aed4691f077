package io.tailrace.streams.dsl;

import org.jspecify.annotations.Nullable;

/**
 * What has become of a key of a table.
 *
 * @param newValue its value now; {@code null}: it is gone
 * @param oldValue its value before; {@code null}: there was none, or nobody behind asks for it
 */
record Change<V>(@Nullable V newValue, @Nullable V oldValue) {}
