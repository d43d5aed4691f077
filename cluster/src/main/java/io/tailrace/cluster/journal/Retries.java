package io.tailrace.cluster.journal;

import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Does the same again after a retriable failure, with pauses that double, until a time-out is over. What is done again is
 * harmless to do twice: a read, or a batch with its sequence.
 */
final class Retries {
    private final Scheduler scheduler;
    private final org.apache.pekko.dispatch.MessageDispatcher dispatcher;
    private final Duration timeout;
    private final long minPauseNanos;
    private final long maxPauseNanos;

    /**
     * Of an actor system.
     *
     * @param timeout from the first failure on, after which the last failure is the answer; an attempt under way is waited for
     */
    Retries(ActorSystem system, Duration timeout, Duration minPause, Duration maxPause) {
        this.scheduler = system.scheduler();
        this.dispatcher = system.dispatchers().internalDispatcher();
        this.timeout = timeout;
        this.minPauseNanos = minPause.toNanos();
        this.maxPauseNanos = maxPause.toNanos();
    }

    /** The attempt's first success, or its first failure that is final. */
    <T> CompletionStage<T> run(Supplier<? extends CompletionStage<T>> attempt) {
        Attempts<T> attempts = new Attempts<>(attempt);
        attempts.next();
        return attempts.result;
    }

    private final class Attempts<T> {
        private final Supplier<? extends CompletionStage<T>> attempt;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private long pauseNanos = minPauseNanos;
        private int failures;
        private long firstFailureNanos;

        Attempts(Supplier<? extends CompletionStage<T>> attempt) {
            this.attempt = attempt;
        }

        void next() {
            Stages.stage(attempt).whenComplete(this::answered);
        }

        private void answered(T value, @Nullable Throwable failure) {
            if (failure == null) {
                result.complete(value);
                return;
            }
            Throwable cause = Failures.cause(failure);
            if (!(cause instanceof TailraceException known) || !known.code().retriable()) {
                result.completeExceptionally(cause);
                return;
            }
            if (failures++ == 0) {
                // Not from the first attempt: a read that waits for something to read may take any time.
                firstFailureNanos = System.nanoTime();
            }
            if (System.nanoTime() - firstFailureNanos + pauseNanos > timeout.toNanos()) {
                result.completeExceptionally(new TailraceException(
                        known.code(), "Given up after " + timeout.toMillis() + " ms. " + known.getMessage(), known));
                return;
            }
            long jittered = pauseNanos / 2 + ThreadLocalRandom.current().nextLong(pauseNanos / 2 + 1);
            pauseNanos = Math.min(maxPauseNanos, pauseNanos * 2);
            try {
                scheduler.scheduleOnce(Duration.ofNanos(jittered), this::next, dispatcher);
            } catch (IllegalStateException stopped) {
                result.completeExceptionally(known);
            }
        }
    }
}
