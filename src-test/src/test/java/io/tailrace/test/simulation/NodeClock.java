package io.tailrace.test.simulation;

import java.time.Instant;
import java.time.InstantSource;

/**
 * What one machine takes for the time: it runs a little fast or slow, and its wall clock is set every now and then, forwards and
 * back. Timers go by the first alone.
 */
final class NodeClock implements InstantSource {
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final World world;
    /** How long a millisecond of this machine really is. */
    private final double pace;

    private long set;

    NodeClock(World world) {
        this.world = world;
        this.pace = world.chance(0.5) ? 1 : 0.7 + 0.6 * world.random.nextDouble();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(EPOCH_MILLIS + set + (long) (world.now() / pace));
    }

    /** The wall clock is set, by an hour at most. */
    void jump() {
        world.coverage.count("fault: wall clock set");
        set += world.between(-3_600_000, 3_600_000);
    }

    /** How long it takes until this machine believes that so much time has passed. */
    long real(long millis) {
        if (pace != 1) {
            world.coverage.count("fault: timer of a clock that drifts");
        }
        return Math.max(1, Math.round(millis * pace));
    }
}
