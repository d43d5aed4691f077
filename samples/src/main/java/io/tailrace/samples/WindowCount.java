package io.tailrace.samples;

/**
 * A part of what happened to one group in one window. Parts add up: whoever reads all of them and adds those of a window knows
 * that window, in whatever order they come.
 *
 * @param group what was counted
 * @param windowStartMillis the window's first millisecond since 1970
 * @param windowMillis how long the window is
 * @param count how many records
 * @param sum of their amounts
 * @param max the largest amount
 * @param lastMillis time of the latest record, milliseconds since 1970
 * @param last the amount of that record
 */
public record WindowCount(
        String group,
        long windowStartMillis,
        long windowMillis,
        long count,
        double sum,
        double max,
        long lastMillis,
        double last) {
    /** One observation in its window. */
    static WindowCount of(Observation observation, long windowMillis) {
        long time = observation.timeMillis();
        double amount = observation.amount();
        return new WindowCount(
                observation.group(),
                Math.floorDiv(time, windowMillis) * windowMillis,
                windowMillis,
                1,
                amount,
                amount,
                time,
                amount);
    }

    /** Two parts of the same window together. */
    public WindowCount plus(WindowCount other) {
        WindowCount later = other.lastMillis >= lastMillis ? other : this;
        return new WindowCount(
                group,
                windowStartMillis,
                windowMillis,
                count + other.count,
                sum + other.sum,
                Math.max(max, other.max),
                later.lastMillis,
                later.last);
    }
}
