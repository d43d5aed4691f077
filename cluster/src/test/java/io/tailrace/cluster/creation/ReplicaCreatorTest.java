package io.tailrace.cluster.creation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.placement.FirstVoters;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReplicaCreatorTest {
    private static final UUID SELF = new UUID(1, 1);
    private static final List<UUID> VOTERS = List.of(new UUID(2, 2), SELF);
    private static final UUID TOPIC = new UUID(7, 7);

    private static ActorSystem system;
    private static ExecutorService io;

    private final Map<String, Voters> made = new ConcurrentHashMap<>();
    private final Map<String, ReplicaId> selves = new ConcurrentHashMap<>();
    private final Queue<ReplicaCreator.Answer> answers = new ConcurrentLinkedQueue<>();
    private final CountDownLatch slow = new CountDownLatch(1);

    private final ActorRef<ReplicaCreator.Answer> listener = Adapter.spawnAnonymous(
            system,
            Behaviors.receive(ReplicaCreator.Answer.class)
                    .onAnyMessage(answer -> {
                        answers.add(answer);
                        return Behaviors.same();
                    })
                    .build());

    @BeforeAll
    static void start() {
        system = ActorSystem.create("creator", ConfigFactory.load("local-system"));
        io = Executors.newCachedThreadPool();
    }

    @AfterAll
    static void stop() {
        system.terminate();
        io.shutdownNow();
    }

    private ActorRef<ReplicaCreator.Command> creator(ReplicaCreator.Store store) {
        return Adapter.spawnAnonymous(
                system,
                ReplicaCreator.create(
                        SELF,
                        store,
                        (partition, number) -> new ReplicaId(SELF.toString(), partition.text() + number),
                        io));
    }

    private void store(String name, ReplicaId self, Voters first) {
        selves.put(name, self);
        made.put(name, first);
    }

    private void storeSlowly(String name, ReplicaId self, Voters first) {
        try {
            slow.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store(name, self, first);
    }

    private static List<NewReplica> replicas(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new NewReplica(new PartitionId(TOPIC, number), VOTERS))
                .toList();
    }

    private ReplicaCreator.Answer answer() {
        await().until(() -> !answers.isEmpty());
        return answers.remove();
    }

    @Test
    void itAnswersWhenAllAreThere() {
        UUID request = UUID.randomUUID();
        creator(this::store).tell(new ReplicaCreator.Create(request, replicas(50), listener));
        assertThat(answer()).isEqualTo(new ReplicaCreator.Created(request));
        assertThat(made).hasSize(50);
        PartitionId one = new PartitionId(TOPIC, 17);
        assertThat(made.get(one.text())).isEqualTo(FirstVoters.of(one, VOTERS));
        assertThat(selves.get(one.text())).isEqualTo(FirstVoters.replica(one, SELF));
    }

    @Test
    void theSameRequestIsNotBegunTwice() {
        ActorRef<ReplicaCreator.Command> creator = creator(this::storeSlowly);
        UUID request = UUID.randomUUID();
        creator.tell(new ReplicaCreator.Create(request, replicas(1), listener));
        creator.tell(new ReplicaCreator.Create(request, replicas(1), listener));
        assertThat(answer()).isEqualTo(new ReplicaCreator.Creating(request));
        slow.countDown();
        assertThat(answer()).isEqualTo(new ReplicaCreator.Created(request));
        assertThat(answers).isEmpty();
    }

    @Test
    void moreThanItCanDoIsRefusedForTheMoment() {
        ActorRef<ReplicaCreator.Command> creator = creator(this::storeSlowly);
        for (int request = 0; request < 17; request++) {
            creator.tell(new ReplicaCreator.Create(new UUID(0, request), replicas(1), listener));
        }
        assertThat(answer()).isInstanceOfSatisfying(ReplicaCreator.NotCreated.class, not -> {
            assertThat(not.request()).isEqualTo(new UUID(0, 16));
            assertThat(not.code()).isEqualTo(ErrorCode.PARTITION_BUSY);
        });
        slow.countDown();
        for (int request = 0; request < 16; request++) {
            assertThat(answer()).isInstanceOf(ReplicaCreator.Created.class);
        }
    }

    @Test
    void aReplicaThatCannotBeMadeIsSaid() {
        creator((name, self, first) -> {
                    throw new TailraceException(ErrorCode.CORRUPT_LOG, "It was here, and is gone.");
                })
                .tell(new ReplicaCreator.Create(new UUID(0, 1), replicas(9), listener));
        assertThat(answer())
                .isEqualTo(new ReplicaCreator.NotCreated(
                        new UUID(0, 1), ErrorCode.CORRUPT_LOG, "It was here, and is gone."));
    }

    @Test
    void whoDoesNotVoteMakesNothing() {
        NewReplica others = new NewReplica(new PartitionId(TOPIC, 0), List.of(new UUID(2, 2)));
        creator(this::store).tell(new ReplicaCreator.Create(new UUID(0, 1), List.of(others), listener));
        assertThat(answer()).isInstanceOfSatisfying(ReplicaCreator.NotCreated.class, not -> assertThat(not.code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT));
        assertThat(made).isEmpty();
    }
}
