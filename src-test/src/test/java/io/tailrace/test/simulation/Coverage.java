package io.tailrace.test.simulation;

import java.util.Map;
import java.util.TreeMap;

/** Counts what has happened, so that a simulation that never meets a case is noticed. */
final class Coverage {
    private final Map<String, Long> counts = new TreeMap<>();

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    void add(String what, long times) {
        counts.merge(what, times, Long::sum);
    }

    void add(Coverage other) {
        other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
    }

    long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    Map<String, Long> counts() {
        return counts;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((what, count) -> text.append(String.format("%10d  %s%n", count, what)));
        return text.toString();
    }
}
