package io.tailrace.streams;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Pauses that double from a shortest to a longest, each shortened at random by up to half so that many do not retry in step. */
final class RetryBackoff {
    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long nextNanos;

    RetryBackoff(Duration min, Duration max, RandomGenerator random) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
        this.nextNanos = minNanos;
    }

    static RetryBackoff create(Duration min, Duration max) {
        return new RetryBackoff(min, max, new SplittableRandom());
    }

    long nextNanos() {
        long pause = nextNanos;
        nextNanos = Math.min(maxNanos, pause > maxNanos / 2 ? maxNanos : 2 * pause);
        return pause - random.nextLong(pause / 2 + 1);
    }

    void reset() {
        nextNanos = minNanos;
    }
}
