package io.tailrace.streams;

/** Where a partition begins that was assigned without an offset. */
public enum AutoOffsetReset {
    /** At the oldest record that is still there. */
    EARLIEST,
    /** After the newest record: only what comes from now on. */
    LATEST
}
