package io.tailrace.streams.dsl;

import java.time.Duration;

/**
 * What follows from a kind of windows, in milliseconds; what would be too long is as long as can be.
 *
 * @param size from the start of a window to its end
 * @param closesAfter a window is closed when the time of the stream is so long after its start, or longer
 * @param retention how long windows have to be kept, from the start of the latest
 */
record WindowSpans(long size, long closesAfter, long retention) {
    static WindowSpans of(Windows windows) {
        long size = millis(windows.size());
        long grace = millis(windows.grace());
        if (windows instanceof SlidingWindows) {
            // The end belongs to the window. Which windows a record needs is told by those that ended up to a size
            // before it.
            return new WindowSpans(size, sum(sum(size, grace), 1), Math.max(1, sum(sum(size, size), grace)));
        }
        return new WindowSpans(size, sum(size, grace), sum(size, grace));
    }

    private static long millis(Duration duration) {
        try {
            return duration.toMillis();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }
}
