package io.tailrace.engine.replication;

import java.util.Locale;

/** When a batch counts as stored on one replica. */
public enum FlushMode {
    /** After an fsync that came after its write; one fsync serves everything that waits. The default. */
    BATCH,
    /** When the operating system has it: survives the process, not the machine. */
    OS;

    /**
     * Reads the setting {@code tailrace.flush}.
     *
     * @throws IllegalArgumentException if it is neither {@code batch} nor {@code os}
     */
    public static FlushMode of(String setting) {
        for (FlushMode mode : values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(setting)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("flush is '" + setting + "': give batch or os");
    }
}
