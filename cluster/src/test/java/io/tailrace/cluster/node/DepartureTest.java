package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DepartureTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final List<PartitionId> PARTITIONS = IntStream.range(0, 3)
            .mapToObj(n -> new PartitionId(new UUID(1, 1), n))
            .toList();

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "departure");
    private final AtomicInteger said = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private final ConcurrentLinkedQueue<PartitionId> started = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> startAnswer = new CompletableFuture<>();
    private volatile List<PartitionId> toHandOver = List.of();
    private volatile Set<PartitionId> ledHere = Set.of();

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
                            return toHandOver;
                        },
                        partition -> ledHere.contains(partition),
                        partition -> {
                            started.add(partition);
                            return startAnswer;
                        },
                        patience)
                .begin()
                .toCompletableFuture();
    }

    private void awaitLooks(int more) {
        int until = looks.get() + more;
        while (looks.get() < until) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoHasNothingToHandOverSaysThatItLeavesAndDoesNotWait() {
        assertThat(departing(LONG)).isDone();
        assertThat(said).hasValue(1);
    }

    @Test
    void whoHasSomethingToHandOverWaitsUntilItIsLedElsewhere() throws Exception {
        toHandOver = PARTITIONS;
        ledHere = Set.copyOf(PARTITIONS);
        CompletableFuture<Done> departing = departing(LONG);
        awaitLooks(3);
        assertThat(departing).isNotDone();
        assertThat(said).hasValue(1);
        assertThat(started).as("asked for while they are led here").isEmpty();
        toHandOver = List.of();
        assertThat(departing.get(1, TimeUnit.MINUTES)).isEqualTo(Done.getInstance());
    }

    @Test
    void whatHasStoppedHereIsStartedElsewhereOnce() throws Exception {
        toHandOver = PARTITIONS;
        ledHere = Set.copyOf(PARTITIONS);
        CompletableFuture<Done> departing = departing(LONG);
        ledHere = Set.of(PARTITIONS.get(0));
        awaitLooks(4);
        assertThat(started).containsExactlyInAnyOrder(PARTITIONS.get(1), PARTITIONS.get(2));
        assertThat(departing).isNotDone();
        toHandOver = List.of();
        departing.get(1, TimeUnit.MINUTES);
    }

    @Test
    void whatCouldNotBeStartedIsAskedForAgain() throws Exception {
        toHandOver = PARTITIONS.subList(0, 1);
        startAnswer.completeExceptionally(new IllegalStateException("not yet"));
        CompletableFuture<Done> departing = departing(LONG);
        awaitLooks(4);
        assertThat(started).hasSizeGreaterThan(2);
        toHandOver = List.of();
        departing.get(1, TimeUnit.MINUTES);
    }

    @Test
    void whoFindsNobodyInTimeLeavesAllTheSame() throws Exception {
        toHandOver = PARTITIONS;
        assertThat(departing(Duration.ofMillis(120)).get(1, TimeUnit.MINUTES)).isEqualTo(Done.getInstance());
        assertThat(looks.get()).isGreaterThan(1);
    }

    @Test
    void whoLosesItsActorSystemWaitsForNothing() throws Exception {
        toHandOver = PARTITIONS;
        CompletableFuture<Done> departing = departing(LONG);
        system.terminate();
        assertThat(departing.get(1, TimeUnit.MINUTES)).isEqualTo(Done.getInstance());
    }

    @Test
    void whoIsToldNotToWaitSaysNothing() {
        toHandOver = PARTITIONS;
        assertThat(departing(Duration.ZERO)).isDone();
        assertThat(said).hasValue(0);
    }
}
