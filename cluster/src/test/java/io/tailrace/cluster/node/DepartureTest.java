package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DepartureTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "departure");
    private final AtomicInteger said = new AtomicInteger();
    private final AtomicLong toHandOver = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();

    @AfterEach
    void end() {
        system.terminate();
    }

    private CompletableFuture<Done> departing(Duration patience) {
        return new Departure(
                        system,
                        said::incrementAndGet,
                        () -> {
                            looks.incrementAndGet();
                            return toHandOver.get();
                        },
                        patience)
                .begin()
                .toCompletableFuture();
    }

    @Test
    void whoHasNothingToHandOverSaysThatItLeavesAndDoesNotWait() {
        assertThat(departing(LONG)).isDone();
        assertThat(said).hasValue(1);
    }

    @Test
    void whoHasSomethingToHandOverWaitsUntilItIsLedElsewhere() throws Exception {
        toHandOver.set(2);
        CompletableFuture<Done> departing = departing(LONG);
        while (looks.get() < 3) {
            assertThat(departing).isNotDone();
            Thread.onSpinWait();
        }
        assertThat(said).hasValue(1);
        toHandOver.set(0);
        assertThat(departing.get(1, TimeUnit.MINUTES)).isEqualTo(Done.getInstance());
    }

    @Test
    void whoFindsNobodyInTimeLeavesAllTheSame() throws Exception {
        toHandOver.set(1);
        assertThat(departing(Duration.ofMillis(120)).get(1, TimeUnit.MINUTES)).isEqualTo(Done.getInstance());
        assertThat(looks.get()).isGreaterThan(1);
    }

    @Test
    void whoIsToldNotToWaitSaysNothing() {
        toHandOver.set(1);
        assertThat(departing(Duration.ZERO)).isDone();
        assertThat(said).hasValue(0);
    }
}
