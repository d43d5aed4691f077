package io.tailrace.engine.replication;

import io.tailrace.engine.error.TailraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The committed offset of a partition, as this replica knows it, and those who wait for it to move. Before the replica serves
 * it is {@link #UNKNOWN}. It never goes back.
 */
public final class HighWatermark {
    /** Nothing is known yet: no reader is served. */
    public static final long UNKNOWN = -1L;

    private volatile long offset = UNKNOWN;
    private List<Waiter> waiters = new ArrayList<>();
    private @Nullable TailraceException ended;

    private record Waiter(long beyond, CompletableFuture<Long> moved) {}

    /** The offset after the last committed record, or {@link #UNKNOWN}. */
    public long offset() {
        return offset;
    }

    /** Moves it up; a lower offset changes nothing. Completes those who waited, on the caller's thread. */
    public void advanceTo(long newOffset) {
        List<Waiter> due = new ArrayList<>();
        synchronized (this) {
            if (newOffset <= offset) {
                return;
            }
            offset = newOffset;
            if (waiters.isEmpty()) {
                return;
            }
            List<Waiter> stay = new ArrayList<>();
            for (Waiter waiter : waiters) {
                (waiter.beyond < newOffset ? due : stay).add(waiter);
            }
            waiters = stay;
        }
        for (Waiter waiter : due) {
            waiter.moved.complete(newOffset);
        }
    }

    /** It will not move any more: everybody who waits, and whoever comes to wait, fails with this. The first reason stands. */
    public void end(TailraceException why) {
        List<Waiter> due;
        synchronized (this) {
            if (ended != null) {
                return;
            }
            ended = why;
            due = waiters;
            waiters = new ArrayList<>();
        }
        for (Waiter waiter : due) {
            waiter.moved.completeExceptionally(why);
        }
    }

    /**
     * Completes with the high watermark once it is greater than the given offset, at once if it is already. Whoever loses
     * interest completes or cancels the future and calls {@link #forget}. Fails after {@link #end}.
     */
    public CompletableFuture<Long> awaitBeyond(long beyond) {
        CompletableFuture<Long> moved = new CompletableFuture<>();
        synchronized (this) {
            if (ended != null) {
                return CompletableFuture.failedFuture(ended);
            }
            if (offset <= beyond) {
                waiters.add(new Waiter(beyond, moved));
                return moved;
            }
        }
        moved.complete(offset);
        return moved;
    }

    /** Takes a waiter out again. */
    public synchronized void forget(CompletableFuture<Long> moved) {
        waiters.removeIf(waiter -> waiter.moved == moved);
    }
}
