package io.tailrace.streams.runtime;

/** How many records come a second, over the last few. */
final class RecordRate {
    private static final int SECONDS = 5;

    private final long[] counts = new long[SECONDS];
    private final long[] seconds = new long[SECONDS];
    private long total;

    /** So many at that time, milliseconds since 1970. */
    void add(long records, long nowMillis) {
        long second = nowMillis / 1000;
        int at = (int) (second % SECONDS);
        if (seconds[at] != second) {
            seconds[at] = second;
            counts[at] = 0;
        }
        counts[at] += records;
        total += records;
    }

    /** All there were. */
    long total() {
        return total;
    }

    /** Over the last whole seconds before that time. */
    double perSecond(long nowMillis) {
        long now = nowMillis / 1000;
        long sum = 0;
        for (int i = 0; i < SECONDS; i++) {
            if (seconds[i] < now && seconds[i] > now - SECONDS) {
                sum += counts[i];
            }
        }
        return sum / (double) (SECONDS - 1);
    }
}
