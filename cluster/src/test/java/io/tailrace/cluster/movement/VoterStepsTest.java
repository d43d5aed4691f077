package io.tailrace.cluster.movement;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VoterStepsTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);
    private static final UUID C = new UUID(0, 3);
    private static final UUID D = new UUID(0, 4);

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    private static ReplicaId on(UUID node) {
        return new ReplicaId(node.toString(), "first");
    }

    private static ReplicaId another(UUID node) {
        return new ReplicaId(node.toString(), "second");
    }

    private static Voters voters(ReplicaId... ids) {
        return new Voters(List.of(ids), 0);
    }

    private static VoterSteps.Step next(Voters voters, Set<UUID> wished, Map<UUID, ReplicaId> named, Set<UUID> able) {
        return new VoterSteps(voters, on(A), wished).next(Set.copyOf(voters.ids()), named, able);
    }

    @Test
    void whoIsMissingComesBeforeWhoIsLeftOverGoes() {
        Set<UUID> all = Set.of(A, B, C, D);
        assertThat(next(voters(on(A), on(B), on(C)), Set.of(A, B, D), Map.of(), all))
                .isEqualTo(new VoterSteps.Bring(D));
        assertThat(next(voters(on(A), on(B), on(C), on(D)), Set.of(A, B, D), Map.of(), all))
                .isEqualTo(new VoterSteps.Remove(on(C)));
        assertThat(next(voters(on(A), on(B), on(D)), Set.of(A, B, D), Map.of(), all))
                .isEqualTo(VoterSteps.Nothing.INSTANCE);
    }

    @Test
    void nobodyGoesWhileWhoIsMissingIsDown() {
        assertThat(next(voters(on(A), on(B), on(C)), Set.of(A, B, D), Map.of(), Set.of(A, B, C)))
                .isEqualTo(VoterSteps.Nothing.INSTANCE);
    }

    @Test
    void aLeaderDoesNotRemoveItself() {
        assertThat(next(voters(on(A), on(B), on(C), on(D)), Set.of(B, C, D), Map.of(), Set.of(A, B, C, D)))
                .isEqualTo(VoterSteps.Nothing.INSTANCE);
    }

    @Test
    void aNodeThatIsNotHeardIsAskedWhichReplicaItHasAndALostOneGoesBeforeTheOtherVotes() {
        Voters three = voters(on(A), on(B), on(C));
        Set<UUID> wished = Set.of(A, B, C);
        Set<UUID> able = Set.of(A, B, C);
        VoterSteps steps = new VoterSteps(three, on(A), wished);
        assertThat(steps.next(Set.of(on(B)), Map.of(), able)).isEqualTo(new VoterSteps.Bring(C));
        assertThat(steps.next(Set.of(on(B)), Map.of(C, on(C)), able)).isEqualTo(VoterSteps.Nothing.INSTANCE);
        assertThat(steps.next(Set.of(on(B)), Map.of(C, another(C)), able)).isEqualTo(new VoterSteps.Remove(on(C)));
        VoterSteps without = new VoterSteps(voters(on(A), on(B)), on(A), wished);
        assertThat(without.next(Set.of(on(B)), Map.of(C, another(C)), able)).isEqualTo(new VoterSteps.Bring(C));
        VoterSteps both = new VoterSteps(voters(on(A), on(B), on(C), another(C)), on(A), wished);
        assertThat(both.next(Set.of(on(B), another(C)), Map.of(), able)).isEqualTo(new VoterSteps.Bring(C));
        assertThat(both.next(Set.of(on(B), another(C)), Map.of(C, another(C)), able))
                .isEqualTo(new VoterSteps.Remove(on(C)));
    }

    /** From anybody to anybody, with nodes whose replica was lost, and with leaders that change. */
    @ParameterizedTest
    @MethodSource("seeds")
    void everyWishComesTrueAndAQuorumIsNeverThinnerThanBefore(int seed) {
        Random random = new Random(seed);
        List<UUID> nodes = IntStream.range(0, 6).mapToObj(n -> new UUID(0, n)).toList();
        Map<UUID, ReplicaId> has = new HashMap<>();
        nodes.forEach(node -> has.put(node, random.nextInt(5) == 0 ? another(node) : on(node)));
        List<ReplicaId> voters = new ArrayList<>();
        nodes.stream().filter(node -> random.nextBoolean()).forEach(node -> voters.add(on(node)));
        if (voters.stream().noneMatch(has::containsValue)) {
            return;
        }
        Set<UUID> wished = new HashSet<>();
        nodes.stream().filter(node -> random.nextBoolean()).forEach(wished::add);
        wished.add(nodes.get(random.nextInt(6)));
        long sound = voters.stream().filter(has::containsValue).count();
        for (int step = 0; step < 60; step++) {
            List<ReplicaId> leaders = voters.stream().filter(has::containsValue).toList();
            boolean handedOver = step > 20;
            List<ReplicaId> preferred = leaders.stream()
                    .filter(voter -> handedOver && wished.contains(UUID.fromString(voter.nodeId())))
                    .toList();
            List<ReplicaId> from = preferred.isEmpty() ? leaders : preferred;
            ReplicaId leader = from.get(random.nextInt(from.size()));
            VoterSteps.Step next = new VoterSteps(new Voters(List.copyOf(voters), step), leader, wished)
                    .next(Set.copyOf(leaders), random.nextBoolean() ? has : Map.of(), Set.copyOf(nodes));
            if (next instanceof VoterSteps.Bring bring && !voters.contains(has.get(bring.node()))) {
                voters.add(has.get(bring.node()));
            } else if (next instanceof VoterSteps.Remove gone) {
                assertThat(gone.replica()).isNotEqualTo(leader);
                assertThat(voters.remove(gone.replica())).isTrue();
            }
            assertThat(voters.stream().filter(has::containsValue).count())
                    .isGreaterThanOrEqualTo(Math.min(sound, wished.size()));
        }
        assertThat(voters)
                .containsExactlyInAnyOrderElementsOf(
                        wished.stream().map(has::get).toList());
    }
}
