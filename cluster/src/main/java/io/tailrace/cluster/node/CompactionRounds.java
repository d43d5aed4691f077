package io.tailrace.cluster.node;

import io.tailrace.engine.partition.LogCleaner;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.Scheduler;
import scala.concurrent.ExecutionContext;

/** Runs a node's {@link LogCleaner}, one round after the other: often as long as it has work, else now and then. */
final class CompactionRounds implements AutoCloseable {
    /** Short, so that its rounds are: it is to be noticed by nobody. */
    private static final Duration WORKING = Duration.ofMillis(10);

    private static final Duration IDLE = Duration.ofMillis(100);

    private final Scheduler scheduler;
    private final ExecutionContext timing;
    private final Executor io;
    private final LogCleaner cleaner;
    private volatile boolean closed;

    /**
     * Does nothing yet.
     *
     * @param io for blocking work
     */
    CompactionRounds(Scheduler scheduler, ExecutionContext timing, Executor io, LogCleaner cleaner) {
        this.scheduler = scheduler;
        this.timing = timing;
        this.io = io;
        this.cleaner = cleaner;
    }

    void start() {
        after(IDLE);
    }

    private void after(Duration delay) {
        try {
            if (!closed) {
                scheduler.scheduleOnce(delay, () -> io.execute(this::round), timing);
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
