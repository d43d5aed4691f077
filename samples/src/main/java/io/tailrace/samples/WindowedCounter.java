package io.tailrace.samples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts observations by group in tumbling windows of their own time. It holds only what has come since it was last drained, and
 * what it gives out adds up; so windows need not be closed, records may come late and in any order, and the memory is bounded by
 * how often it is drained. Not for several threads at once.
 */
public final class WindowedCounter {
    private record Place(String group, long windowStartMillis) {}

    private final long windowMillis;
    private final Map<Place, WindowCount> parts = new LinkedHashMap<>();

    /** Windows of that many milliseconds, aligned to 1970; at least 1. */
    public WindowedCounter(long windowMillis) {
        if (windowMillis < 1) {
            throw new IllegalArgumentException("A window has at least one millisecond, not " + windowMillis);
        }
        this.windowMillis = windowMillis;
    }

    /** Counts one. */
    public void add(Observation observation) {
        WindowCount one = WindowCount.of(observation, windowMillis);
        parts.merge(new Place(one.group(), one.windowStartMillis()), one, WindowCount::plus);
    }

    /** What was counted since the last call, and begins anew. */
    public List<WindowCount> drain() {
        List<WindowCount> drained = new ArrayList<>(parts.values());
        parts.clear();
        return drained;
    }
}
