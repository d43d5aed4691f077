package io.tailrace.cli;

import java.util.Locale;

/** When a batch counts as stored, as {@code tailrace.flush} takes it. */
enum FlushChoice {
    /** After an fsync. */
    BATCH,
    /** When the operating system has it. */
    OS;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
