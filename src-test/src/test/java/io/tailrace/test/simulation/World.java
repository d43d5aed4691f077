package io.tailrace.test.simulation;

import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/** One thread, a clock that jumps from event to event, and one source of chance: the same seed gives the same life. */
final class World {
    /** Many times what a life needs: beyond it, something breeds. */
    private static final long MAX_EVENTS = 300_000;

    final long seed;
    final Random random;
    final Coverage coverage = new Coverage();
    final Trace trace;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long scheduled;

    private record Event(long at, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    World(long seed, boolean traced) {
        this.seed = seed;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.trace = new Trace(traced);
    }

    /** Milliseconds since the beginning. */
    long now() {
        return now;
    }

    void after(long millis, Runnable what) {
        at(now + millis, what);
    }

    void at(long millis, Runnable what) {
        if (scheduled > MAX_EVENTS) {
            throw new Violation("more than " + MAX_EVENTS + " events");
        }
        events.add(new Event(Math.max(now, millis), scheduled++, what));
    }

    /** Lets everything happen that is due up to that time. */
    void runUntil(long millis) {
        while (!events.isEmpty() && events.element().at <= millis) {
            Event event = events.remove();
            now = event.at;
            event.what.run();
        }
        now = millis;
    }

    int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    void note(Supplier<String> line) {
        trace.add(now, line);
    }
}
