package io.tailrace.cluster.movement;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.InternalPlace;
import io.tailrace.cluster.catalog.MoveReport;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.PlacementGroups;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** On node A, which leads all partitions; their groups are on A and B. */
class VoterMovesTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);
    private static final UUID C = new UUID(0, 3);
    private static final ReplicaId ON_A = new ReplicaId(A.toString(), "a");
    private static final ReplicaId ON_B = new ReplicaId(B.toString(), "b");
    private static final ReplicaId ON_C = new ReplicaId(C.toString(), "c");
    private static final int PARTITIONS = 6;
    private static final Topic TOPIC = new Topic("t", new UUID(7, 4), PARTITIONS, 2, TopicSettings.DEFAULT);
    private static final PartitionId PARTITION = TOPIC.partition(0);
    private static final PlacementGroup GROUP = PlacementGroup.of(PARTITION, 2);
    private static final PlacementGroups AT_HOME =
            PlacementGroups.NONE.with(2, Collections.nCopies(PlacementGroup.GROUPS, List.of(A, B)));
    private static final PlacementGroups MOVING = AT_HOME.moving(GROUP, List.of(A, C));

    private final Map<PartitionId, Replica.Status> led = new HashMap<>();
    private final Work work = new Work();
    private final List<MoveReport> reports = new ArrayList<>();
    private Set<UUID> up = Set.of(A, B, C);
    private Runnable beforeStatus = () -> {};
    private long now;
    private final VoterMoves moves = new VoterMoves(
            A,
            () -> led.keySet().stream()
                    .map(partition -> new LedReplica(partition, ON_A, () -> status(partition)))
                    .toList(),
            work,
            () -> up,
            told -> {
                reports.clear();
                reports.addAll(told);
            },
            () -> now);

    /** What it has others do, as text; answered at once, unless the answers are held back. */
    private static final class Work implements VoterMoves.Changes {
        private final List<String> asked = new ArrayList<>();
        private CompletionStage<ReplicaId> prepared = CompletableFuture.completedStage(ON_C);

        @Override
        public CompletionStage<ReplicaId> prepare(UUID node, PartitionId partition, long number) {
            asked.add("prepare " + partition.partition() + " on " + node.getLeastSignificantBits() + " by " + number);
            return prepared;
        }

        @Override
        public CompletionStage<Void> changeVoter(PartitionId partition, ReplicaId replica, boolean votes) {
            asked.add((votes ? "add " : "remove ") + replica.replicaId() + " of " + partition.partition());
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> start(PartitionId partition) {
            asked.add("start " + partition);
            return CompletableFuture.completedStage(null);
        }
    }

    private CompletionStage<Replica.Status> status(PartitionId partition) {
        beforeStatus.run();
        return CompletableFuture.completedStage(led.get(partition));
    }

    private static Replica.Status voting(ReplicaId... voters) {
        return status(true, voters);
    }

    private static Replica.Status status(boolean committed, ReplicaId... voters) {
        return new Replica.Status(new Voters(List.of(voters), 1), committed, Map.of(), Set.of(ON_B, ON_C));
    }

    private void follow(PlacementGroups groups) {
        Catalog all = Catalog.of(List.of(TOPIC)).withGroups(groups);
        moves.follow(all, all.placement(List.of(A)));
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            moves.look();
        }
    }

    @Test
    void whoIsToComeIsBroughtAndThenVotes() {
        led.put(PARTITION, voting(ON_A, ON_B));
        follow(MOVING);
        look(1);
        assertThat(work.asked).containsExactly("prepare 0 on 3 by " + MOVING.moveCount(), "add c of 0");
    }

    @Test
    void whereAFounderHasLostItsReplicaOfTheCatalogueItsNewOneTakesThePlace() {
        PartitionId catalogue = InternalPartition.CATALOG_EVENTS;
        Catalog all = Catalog.of(List.of(TOPIC)).withGroups(AT_HOME);
        moves.follow(all, all.placement(List.of(A, B)));
        led.put(catalogue, voting(ON_A, ON_B));
        look(30);
        assertThat(work.asked).as("as long as it is there").isEmpty();
        work.prepared = CompletableFuture.completedStage(new ReplicaId(B.toString(), "b2"));
        led.put(catalogue, new Replica.Status(new Voters(List.of(ON_A, ON_B), 1), true, Map.of(), Set.of()));
        look(30);
        assertThat(work.asked).startsWith("prepare 0 on 2 by " + AT_HOME.moveCount(), "remove b of 0");
        led.put(catalogue, new Replica.Status(new Voters(List.of(ON_A), 2), true, Map.of(), Set.of()));
        look(30);
        assertThat(work.asked).contains("add b2 of 0").noneMatch(step -> step.contains(" on 3 "));
    }

    @Test
    void whatIsNotCommittedYetIsWaitedFor() {
        led.put(PARTITION, status(false, ON_A, ON_B));
        follow(MOVING);
        look(20);
        assertThat(work.asked).isEmpty();
    }

    @Test
    void whatFailedIsLeftInPeaceForAWhile() {
        work.prepared =
                CompletableFuture.failedStage(new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "No answer."));
        led.put(PARTITION, voting(ON_A, ON_B));
        follow(MOVING);
        look(3);
        assertThat(work.asked).hasSize(1);
        now += TimeUnit.SECONDS.toNanos(3);
        look(1);
        assertThat(work.asked).hasSize(2);
    }

    @Test
    void aFewPartitionsAtATime() {
        CompletableFuture<ReplicaId> later = new CompletableFuture<>();
        work.prepared = later;
        PlacementGroups all = AT_HOME;
        for (int number = 0; number < PARTITIONS; number++) {
            led.put(TOPIC.partition(number), voting(ON_A, ON_B));
            all = all.moving(PlacementGroup.of(TOPIC.partition(number), 2), List.of(A, C));
        }
        follow(all);
        look(3);
        assertThat(work.asked).hasSize(4).allMatch(asked -> asked.startsWith("prepare"));
        later.complete(ON_C);
        assertThat(work.asked).filteredOn(asked -> asked.startsWith("add")).hasSize(4);
        led.replaceAll((partition, before) ->
                work.asked.contains("add c of " + partition.partition()) ? voting(ON_A, ON_B, ON_C) : before);
        look(1);
        assertThat(work.asked).filteredOn(asked -> asked.startsWith("prepare")).hasSize(6);
    }

    @Test
    void theCatalogueHearsWhenAllVoteThatAreToComeAndWhenNobodyElseDoes() {
        led.put(PARTITION, voting(ON_A, ON_B));
        follow(MOVING);
        look(2);
        assertThat(reports).isEmpty();
        led.put(PARTITION, voting(ON_A, ON_B, ON_C));
        look(2);
        assertThat(reports).containsExactly(new MoveReport(PARTITION, GROUP, MOVING.moveCount(), false));

        follow(MOVING.moved(GROUP, List.of(A, C)));
        work.asked.clear();
        look(2);
        assertThat(work.asked).contains("remove b of 0");
        assertThat(reports).isEmpty();
        led.put(PARTITION, voting(ON_A, ON_C));
        look(2);
        assertThat(reports).containsExactly(new MoveReport(PARTITION, GROUP, MOVING.moveCount(), true));
    }

    @Test
    void aLostReplicaIsReplacedWithoutAnybodyAsking() {
        ReplicaId again = new ReplicaId(B.toString(), "b2");
        work.prepared = CompletableFuture.completedStage(again);
        // B has not been heard: it may have another replica by now.
        led.put(PARTITION, new Replica.Status(new Voters(List.of(ON_A, ON_B), 1), true, Map.of(), Set.of()));
        follow(AT_HOME);
        look(1);
        assertThat(work.asked).containsExactly("prepare 0 on 2 by 0");
        look(1);
        assertThat(work.asked).last().isEqualTo("remove b of 0");
        led.put(PARTITION, new Replica.Status(new Voters(List.of(ON_A), 2), true, Map.of(), Set.of()));
        look(1);
        assertThat(work.asked).last().isEqualTo("add b2 of 0");
    }

    @Test
    void whoeverCouldNotSayIsAskedAgainBeforeAllAreLookedAt() {
        work.prepared =
                CompletableFuture.failedStage(new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "No answer."));
        led.put(PARTITION, new Replica.Status(new Voters(List.of(ON_A, ON_B), 1), true, Map.of(), Set.of()));
        follow(AT_HOME);
        look(6);
        assertThat(work.asked).hasSize(1);
        now += TimeUnit.SECONDS.toNanos(3);
        look(1);
        assertThat(work.asked).hasSize(2);
    }

    @Test
    void allAreLookedAtForAWhileWhenANodeComesOrGoesAndElseNowAndThen() {
        int[] looked = new int[1];
        led.put(PARTITION, voting(ON_A, ON_B));
        beforeStatus = () -> looked[0]++;
        follow(AT_HOME);
        look(9);
        assertThat(looked[0]).isEqualTo(5);
        look(1);
        assertThat(looked[0]).isEqualTo(6);
        up = Set.of(A, B);
        look(9);
        assertThat(looked[0]).isEqualTo(11);
    }

    @Test
    void anInternalPartitionThatNobodyLeadsIsStartedSinceItHasToMove() {
        UUID id = UUID.nameUUIDFromBytes(new byte[] {1});
        PartitionId internal = new PartitionId(id, 0);
        PlacementGroup group = PlacementGroup.of(internal, 2);
        Catalog none = Catalog.EMPTY;
        Catalog all = new Catalog(
                none.byName(),
                none.byId(),
                none.planned(),
                none.deleted(),
                none.internals().plus(id, new InternalPlace(2, true)),
                AT_HOME.moving(group, List.of(A, C)),
                none.drained(),
                none.quotas(),
                0);
        moves.follow(all, all.placement(List.of(A)));
        look(10);
        assertThat(work.asked).containsExactly("start " + internal);
    }
}
