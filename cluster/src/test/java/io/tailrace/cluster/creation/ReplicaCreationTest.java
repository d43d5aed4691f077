package io.tailrace.cluster.creation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.creation.FakeCreators.Way;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReplicaCreationTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(2, 2);
    private static final UUID C = new UUID(3, 3);
    private static final UUID TOPIC = new UUID(7, 7);
    /** What is silent is asked again after a fifth of it; the clock by which it runs out is the test's. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private static ActorSystem system;

    private final FakeCreators creators = new FakeCreators();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger outcomes = new AtomicInteger();

    @BeforeAll
    static void start() {
        system = ActorSystem.create("creation", ConfigFactory.load("local-system"));
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private CompletableFuture<Optional<TailraceException>> create(int partitions) {
        Map<UUID, List<NewReplica>> byNode = NewReplica.byNode(
                IntStream.range(0, partitions)
                        .mapToObj(number -> new PartitionId(TOPIC, number))
                        .toList(),
                partition -> List.of(A, B, C));
        CompletableFuture<Optional<TailraceException>> outcome = new CompletableFuture<>();
        Adapter.spawnAnonymous(system, ReplicaCreation.create(byNode, creators, PATIENCE, nanos::get, failure -> {
            outcomes.incrementAndGet();
            outcome.complete(Optional.ofNullable(failure));
        }));
        return outcome;
    }

    private void assertAllMade(int partitions) {
        for (UUID node : List.of(A, B, C)) {
            assertThat(creators.made(node)).hasSize(partitions);
        }
    }

    @Test
    void allReplicasAreMadeOnAllNodesABoundedNumberAtATime() {
        assertThat(create(1000).join()).isEmpty();
        assertAllMade(1000);
        assertThat(creators.sizes()).allMatch(size -> size <= ReplicaCreator.MAX_REPLICAS);
        assertThat(creators.asked(A)).isEqualTo(4);
    }

    @Test
    void nothingToMakeIsMadeAtOnce() {
        assertThat(create(0).join()).isEmpty();
    }

    @Test
    void anAnswerThatComesTwiceCountsOnce() {
        List.of(A, B, C).forEach(node -> creators.set(node, Way.MAKES_AND_SAYS_IT_TWICE));
        assertThat(create(600).join()).isEmpty();
        assertAllMade(600);
        assertThat(creators.asked(B)).isEqualTo(3);
        assertThat(outcomes).hasValue(1);
    }

    @Test
    void whatWasLostOrRefusedForTheMomentIsAskedForAgain() {
        creators.set(B, Way.IS_SILENT);
        creators.set(C, Way.IS_BUSY);
        CompletableFuture<Optional<TailraceException>> outcome = create(3);
        await().until(() -> creators.asked(B) > 2 && creators.asked(C) > 2);
        assertThat(outcome).isNotDone();
        creators.set(B, Way.MAKES);
        creators.set(C, Way.MAKES);
        assertThat(outcome.join()).isEmpty();
        assertAllMade(3);
    }

    @Test
    void aNodeThatIsSilentForTooLongFailsIt() {
        creators.set(B, Way.IS_SILENT);
        CompletableFuture<Optional<TailraceException>> outcome = create(3);
        await().until(() -> creators.asked(B) > 2);
        assertThat(outcome).isNotDone();
        nanos.addAndGet(PATIENCE.toNanos());
        assertThat(outcome.join()).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
            assertThat(why).hasMessageContaining(B.toString());
        });
    }

    @Test
    void aNodeThatIsAtItGetsMoreTimeButNotForEver() {
        creators.set(B, Way.SAYS_IT_IS_AT_IT);
        CompletableFuture<Optional<TailraceException>> outcome = create(3);
        for (int patience = 1; patience < ReplicaCreation.LONGEST_WORK; patience++) {
            int before = creators.asked(B);
            // Said to be at it at that time, and at least once more after it.
            await().until(() -> creators.asked(B) > before + 1);
            nanos.addAndGet(PATIENCE.toNanos() - 1);
        }
        int before = creators.asked(B);
        await().until(() -> creators.asked(B) > before + 1);
        assertThat(outcome).isNotDone();
        nanos.addAndGet(PATIENCE.toNanos() * 2);
        assertThat(outcome.join().orElseThrow().code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
    }

    @Test
    void aNodeThatRefusesFailsItWithItsReason() {
        creators.set(C, Way.REFUSES);
        assertThat(create(3).join()).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.DISK_FULL);
            assertThat(why).hasMessageContaining(C.toString()).hasMessageContaining("No room.");
        });
        assertThat(outcomes).hasValue(1);
    }

    @Test
    void eachNodeGetsWhatItVotesFor() {
        PartitionId first = new PartitionId(TOPIC, 0);
        PartitionId second = new PartitionId(TOPIC, 1);
        Map<UUID, List<NewReplica>> byNode = NewReplica.byNode(
                List.of(first, second), partition -> partition.equals(first) ? List.of(A, B) : List.of(B, C));
        assertThat(byNode.keySet()).isEqualTo(new HashSet<>(List.of(A, B, C)));
        assertThat(byNode.get(A)).extracting(NewReplica::partition).containsExactly(first);
        assertThat(byNode.get(B)).extracting(NewReplica::partition).containsExactly(first, second);
        assertThat(byNode.get(C)).containsExactly(new NewReplica(second, List.of(B, C)));
    }
}
