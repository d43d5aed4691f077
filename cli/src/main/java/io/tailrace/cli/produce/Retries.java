package io.tailrace.cli.produce;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Pauses before sending again: each twice as long as the one before, until a bound of time is over. */
public final class Retries {
    private static final long MIN_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 5_000;

    private final long deadlineNanos;
    private long nextMillis = MIN_PAUSE_MILLIS;
    private int count;

    /** No longer than that in all. */
    public Retries(Duration bound) {
        this.deadlineNanos = System.nanoTime() + bound.toNanos();
    }

    /** The pause to make now, not much shorter than the server wishes; 0 if the time is over. */
    public long pauseMillis(Duration wish) {
        count++;
        long pause = Math.min(MAX_PAUSE_MILLIS, Math.max(nextMillis, wish.toMillis()));
        nextMillis = 2 * pause;
        long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        return Math.max(0, Math.min(pause, left));
    }

    /** Whether only one pause was asked for. */
    public boolean isFirst() {
        return count == 1;
    }
}
