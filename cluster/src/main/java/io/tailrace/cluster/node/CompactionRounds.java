package io.tailrace.cluster.node;

import io.tailrace.engine.partition.LogCleaner;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;

/** Runs a node's {@link LogCleaner}, one round after the other: often as long as it has work, else now and then. */
final class CompactionRounds implements AutoCloseable {
    /** Short, so that its rounds are: it is to be noticed by nobody. */
    private static final Duration WORKING = Duration.ofMillis(10);

    private static final Duration IDLE = Duration.ofMillis(100);

    private final ActorSystem<?> system;
    private final Executor io;
    private final LogCleaner cleaner;
    private volatile boolean closed;

    /**
     * Does nothing yet.
     *
     * @param io for blocking work
     */
    CompactionRounds(ActorSystem<?> system, Executor io, LogCleaner cleaner) {
        this.system = system;
        this.io = io;
        this.cleaner = cleaner;
    }

    void start() {
        after(IDLE);
    }

    private void after(Duration delay) {
        try {
            if (!closed) {
                system.scheduler().scheduleOnce(delay, () -> io.execute(this::round), system.executionContext());
            }
        } catch (IllegalStateException theSystemHasEnded) {
            closed = true;
        }
    }

    private void round() {
        boolean works = false;
        try {
            works = !closed && cleaner.run();
        } finally {
            after(works ? WORKING : IDLE);
        }
    }

    /** No round begins any more; the replicas wait for the one that runs. */
    @Override
    public void close() {
        closed = true;
    }
}
