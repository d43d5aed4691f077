package io.tailrace.engine.replication.quorum;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Where replicas have their timers. */
@FunctionalInterface
public interface Timers {
    /** Shares one thread among all replicas of the process; a round trip is taken to be some milliseconds. */
    Timers SHARED =
            (kind, what) -> CompletableFuture.delayedExecutor(delayMillis(kind), TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(what);

    /** Runs it after the time of its kind, once. It does not block. */
    void set(TimerKind kind, Runnable what);

    private static long delayMillis(TimerKind kind) {
        return switch (kind) {
            case ATTEMPT -> ThreadLocalRandom.current().nextLong(150, 450);
            case HEARTBEAT -> 100;
            case QUORUM_CHECK -> 1000;
            case QUIET_HEARTBEAT -> 2000;
            case LEADER_CHECK -> 5000;
        };
    }
}
