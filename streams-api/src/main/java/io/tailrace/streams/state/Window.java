package io.tailrace.streams.state;

/**
 * A span of event time. Whether its end belongs to it depends on who made it: to windows of a fixed size it does not, to a session it does.
 *
 * @param start milliseconds since 1970
 * @param end milliseconds since 1970, not before the start
 */
public record Window(long start, long end) implements Comparable<Window> {
    /** Throws {@link IllegalArgumentException} for an end before the start. */
    public Window {
        if (end < start) {
            throw new IllegalArgumentException("A window cannot end at " + end + " and begin at " + start + ".");
        }
    }

    /** The one that begins then and is so many milliseconds long; its end is {@link Long#MAX_VALUE} at the latest. */
    public static Window ofSize(long start, long millis) {
        return new Window(start, start > Long.MAX_VALUE - millis ? Long.MAX_VALUE : start + millis);
    }

    /** The one that begins, then the one that ends, earlier. */
    @Override
    public int compareTo(Window other) {
        int byStart = Long.compare(start, other.start);
        return byStart != 0 ? byStart : Long.compare(end, other.end);
    }
}
