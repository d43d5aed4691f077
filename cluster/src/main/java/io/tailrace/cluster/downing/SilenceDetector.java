package io.tailrace.cluster.downing;

import com.typesafe.config.Config;
import java.util.function.LongSupplier;
import org.apache.pekko.event.EventStream;
import org.apache.pekko.remote.FailureDetector;

/**
 * Takes a node for away after a fixed time of silence, as far as somebody was there to hear it: a process that stood still itself
 * (SIGSTOP, a long collection of garbage, a machine that was suspended) has heard nothing and knows nothing, so its own pause does
 * not count. Made by Pekko, one for each node that is watched, and looked at every {@code unreachable-nodes-reaper-interval}. Thread-safe.
 */
public final class SilenceDetector implements FailureDetector {
    /** Between two looks no more than this counts as silence. */
    static final long LONGEST_LOOK_NANOS = 500_000_000;

    private final long limitNanos;
    private final LongSupplier nanoClock;
    private boolean monitoring;
    private long silenceNanos;
    private long lookedAt;

    /** With the settings of {@code pekko.cluster.failure-detector}. */
    public SilenceDetector(Config config, EventStream events) {
        this(
                config.getDuration("heartbeat-interval")
                        .plus(config.getDuration("acceptable-heartbeat-pause"))
                        .toNanos(),
                System::nanoTime);
    }

    SilenceDetector(long limitNanos, LongSupplier nanoClock) {
        this.limitNanos = limitNanos;
        this.nanoClock = nanoClock;
    }

    @Override
    public synchronized boolean isAvailable() {
        if (!monitoring) {
            return true;
        }
        long now = nanoClock.getAsLong();
        silenceNanos += Math.min(LONGEST_LOOK_NANOS, now - lookedAt);
        lookedAt = now;
        return silenceNanos < limitNanos;
    }

    @Override
    public synchronized boolean isMonitoring() {
        return monitoring;
    }

    @Override
    public synchronized void heartbeat() {
        monitoring = true;
        silenceNanos = 0;
        lookedAt = nanoClock.getAsLong();
    }
}
