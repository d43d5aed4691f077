package io.tailrace.streams;

import org.jspecify.annotations.Nullable;

/** One record in a {@link KeyedLane}. */
final class KeyedTask<I, T> {
    final I element;
    final KeyedLane<I, T> lane;
    /** {@code null} if it need not wait for any other. */
    final @Nullable Object key;

    /** The one of the same key that may begin when this one is done. */
    @Nullable
    KeyedTask<I, T> next;

    boolean done;
    /** What it made, {@code null} if that is nothing. Like {@link #failure} written before it is handed back to the stage's thread. */
    @Nullable
    T result;

    @Nullable
    Throwable failure;

    KeyedTask(I element, KeyedLane<I, T> lane, @Nullable Object key) {
        this.element = element;
        this.lane = lane;
        this.key = key;
    }
}
