package io.tailrace.cli;

import java.util.Locale;

/** For whom a result is printed. */
enum OutputFormat {
    /** For people. */
    TEXT,
    /** For programs: JSON. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
