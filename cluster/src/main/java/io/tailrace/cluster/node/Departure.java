package io.tailrace.cluster.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does before it leaves its cluster: it says so, and goes on as it was until others lead what it leads. Leaders that go a few at a
 * time, from a node that is a member in full, are away for a shorter time than all of them at once amid everything else that moves then
 * (decision 36). Bounded: who does not find others in time leaves without.
 */
final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final ActorSystem<?> system;
    private final Runnable say;
    private final LongSupplier toHandOver;
    private final Duration patience;

    /**
     * Of a node.
     *
     * @param say lets all nodes know
     * @param toHandOver how many partitions are led here that another node could lead; asked again and again
     * @param patience how long to wait for others; zero for not at all
     */
    Departure(ActorSystem<?> system, Runnable say, LongSupplier toHandOver, Duration patience) {
        this.system = system;
        this.say = say;
        this.toHandOver = toHandOver;
        this.patience = patience;
    }

    /** Complete, never failed, when there is nothing to hand over any more, or the time is over. */
    CompletionStage<Done> begin() {
        CompletableFuture<Done> over = new CompletableFuture<>();
        if (patience.isZero()) {
            over.complete(Done.getInstance());
        } else {
            // Also if nothing is led here: the others are to give it nothing more.
            say.run();
            look(over, System.nanoTime() + patience.toNanos());
        }
        return over;
    }

    private void look(CompletableFuture<Done> over, long deadline) {
        long left = toHandOver.getAsLong();
        if (left > 0 && deadline - System.nanoTime() > 0) {
            system.scheduler().scheduleOnce(LOOK_EVERY, () -> look(over, deadline), system.executionContext());
            return;
        }
        if (left > 0) {
            LOG.warn("Leaving with {} partitions that nobody else has come to lead within {}", left, patience);
        }
        over.complete(Done.getInstance());
    }
}
