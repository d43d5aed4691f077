package io.tailrace.test.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** The last lines of what happened. Costs nothing while it is off: a failing seed is run again with it on. */
final class Trace {
    private static final int MAX_LINES = 400;
    private static final int MAX_LINE = 300;

    private final boolean on;
    private final Deque<String> lines = new ArrayDeque<>();

    Trace(boolean on) {
        this.on = on;
    }

    void add(long nowMillis, Supplier<String> line) {
        if (on) {
            String text = String.format("%7d ms  %s", nowMillis, line.get());
            lines.add(text.length() <= MAX_LINE ? text : text.substring(0, MAX_LINE) + "…");
            if (lines.size() > MAX_LINES) {
                lines.remove();
            }
        }
    }

    @Override
    public String toString() {
        return String.join(System.lineSeparator(), lines);
    }
}
