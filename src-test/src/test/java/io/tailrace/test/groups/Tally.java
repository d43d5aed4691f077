package io.tailrace.test.groups;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each number has been done. Thread-safe. */
final class Tally {
    private static final int SHOWN = 20;

    private final Map<Long, Integer> times = new HashMap<>();
    private long repeated;
    private long last;
    private long longestPauseNanos;

    synchronized void done(long number) {
        long now = System.nanoTime();
        longestPauseNanos = times.isEmpty() ? 0 : Math.max(longestPauseNanos, now - last);
        last = now;
        if (times.merge(number, 1, Integer::sum) > 1) {
            repeated++;
        }
    }

    /** How many different ones. */
    synchronized long different() {
        return times.size();
    }

    /** The longest time between two. */
    synchronized long longestPauseNanos() {
        return longestPauseNanos;
    }

    /** How many were done again, each time counted. */
    synchronized long repeated() {
        return repeated;
    }

    synchronized boolean isDone(long number) {
        return times.containsKey(number);
    }

    /** Some of those below {@code count} that were not done. */
    synchronized List<Long> missing(long count) {
        List<Long> missing = new ArrayList<>();
        for (long number = 0; number < count && missing.size() < SHOWN; number++) {
            if (!times.containsKey(number)) {
                missing.add(number);
            }
        }
        return missing;
    }
}
