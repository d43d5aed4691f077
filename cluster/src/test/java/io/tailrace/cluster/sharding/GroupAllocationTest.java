package io.tailrace.cluster.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.placement.GroupLayout;
import io.tailrace.cluster.placement.StorageNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small enough to look at every set of nodes that live. */
class GroupAllocationTest {
    private static List<UUID> nodes(int count) {
        return IntStream.range(0, count).mapToObj(n -> new UUID(n + 1L, 0)).toList();
    }

    private static List<List<UUID>> groups(int replicas, List<UUID> nodes) {
        return GroupLayout.of(replicas, nodes.stream().map(StorageNode::of).toList());
    }

    private static List<Set<UUID>> subsets(List<UUID> nodes) {
        List<Set<UUID>> all = new ArrayList<>();
        for (int bits = 0; bits < 1 << nodes.size(); bits++) {
            Set<UUID> some = new HashSet<>();
            for (int n = 0; n < nodes.size(); n++) {
                if ((bits >> n & 1) == 1) {
                    some.add(nodes.get(n));
                }
            }
            all.add(some);
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"1,3", "3,3", "1,5", "3,5", "5,5"})
    void aGroupIsLedByItsFirstVoterThatLives(int replicas, int count) {
        List<UUID> nodes = nodes(count);
        for (Set<UUID> live : subsets(nodes)) {
            for (Set<UUID> settled : subsets(nodes)) {
                GroupAllocation allocation = new GroupAllocation(live, settled, Set.of());
                for (List<UUID> voters : groups(replicas, nodes).subList(0, 40)) {
                    Optional<UUID> leader = allocation.leader(voters);
                    List<UUID> able = voters.stream().filter(live::contains).toList();
                    List<UUID> ready = able.stream().filter(settled::contains).toList();
                    List<UUID> best = ready.isEmpty() ? able : ready;
                    assertThat(leader).isEqualTo(best.stream().findFirst());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3,3", "3,5", "5,5"})
    void losingANodeMovesWhatItLedAndNothingElse(int replicas, int count) {
        List<UUID> nodes = nodes(count);
        for (Set<UUID> live : subsets(nodes)) {
            GroupAllocation before = new GroupAllocation(live, live, Set.of());
            for (UUID lost : live) {
                Set<UUID> left = new HashSet<>(live);
                left.remove(lost);
                GroupAllocation after = new GroupAllocation(left, left, Set.of());
                for (List<UUID> voters : groups(replicas, nodes)) {
                    Optional<UUID> leader = before.leader(voters);
                    if (!leader.equals(Optional.of(lost))) {
                        assertThat(after.leader(voters)).isEqualTo(leader);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,3", "3,3", "3,5"})
    void whatIsLedElsewhereMovesToItsPreferredLeaderAFewAtATime(int replicas, int count) {
        List<UUID> nodes = nodes(count);
        List<List<UUID>> groups = groups(replicas, nodes);
        for (UUID returned : nodes) {
            List<UUID> others =
                    nodes.stream().filter(node -> !node.equals(returned)).toList();
            GroupAllocation without = new GroupAllocation(others, others, Set.of());
            GroupAllocation with = new GroupAllocation(nodes, nodes, Set.of());
            Map<Integer, UUID> leaders = new LinkedHashMap<>();
            for (int group = 0; group < groups.size(); group++) {
                leaders.put(group, without.leader(groups.get(group)).orElse(others.get(0)));
            }
            int rounds = 0;
            while (true) {
                Set<Integer> moves = with.moves(leaders, group -> Optional.of(groups.get(group)), Set.of());
                if (moves.isEmpty()) {
                    break;
                }
                assertThat(moves).hasSizeLessThanOrEqualTo(GroupAllocation.MOVES_AT_A_TIME);
                moves.forEach(group ->
                        leaders.put(group, with.leader(groups.get(group)).orElseThrow()));
                assertThat(++rounds).isLessThan(100);
            }
            leaders.forEach((group, leader) ->
                    assertThat(leader).isEqualTo(groups.get(group).get(0)));
            assertThat(rounds).isEqualTo(roundsFor(led(groups, returned)));
        }
    }

    private static int roundsFor(int groups) {
        return (groups + GroupAllocation.MOVES_AT_A_TIME - 1) / GroupAllocation.MOVES_AT_A_TIME;
    }

    private static int led(List<List<UUID>> groups, UUID node) {
        return (int)
                groups.stream().filter(voters -> voters.get(0).equals(node)).count();
    }

    @Test
    void nothingMovesToANodeThatHasJustCome() {
        List<UUID> nodes = nodes(3);
        Set<UUID> settled = Set.of(nodes.get(1), nodes.get(2));
        GroupAllocation allocation = new GroupAllocation(nodes, settled, Set.of());
        assertThat(allocation.moves(Map.of("g", nodes.get(1)), group -> Optional.of(nodes), Set.of()))
                .isEmpty();
        assertThat(new GroupAllocation(nodes, nodes, Set.of())
                        .moves(Map.of("g", nodes.get(1)), group -> Optional.of(nodes), Set.of()))
                .containsExactly("g");
    }

    @Test
    void nothingIsTakenFromANodeThatCannotBeReached() {
        List<UUID> nodes = nodes(3);
        Set<UUID> live = Set.of(nodes.get(0), nodes.get(2));
        assertThat(new GroupAllocation(live, live, Set.of())
                        .moves(Map.of("g", nodes.get(1)), group -> Optional.of(nodes), Set.of()))
                .isEmpty();
    }

    @Test
    void whatIsMovingAlreadyCounts() {
        List<UUID> nodes = nodes(3);
        Map<String, UUID> leaders = new HashMap<>();
        IntStream.range(0, 20).forEach(n -> leaders.put("g" + n, nodes.get(1)));
        Set<String> moving = Set.of("g0", "g1");
        Set<String> moves =
                new GroupAllocation(nodes, nodes, Set.of()).moves(leaders, group -> Optional.of(nodes), moving);
        assertThat(moves).hasSize(GroupAllocation.MOVES_AT_A_TIME - 2).doesNotContainAnyElementsOf(moving);
        assertThat(new GroupAllocation(nodes, nodes, Set.of())
                        .moves(leaders, group -> Optional.of(nodes), leaders.keySet()))
                .isEmpty();
    }

    @Test
    void aGroupThatIsNotKnownStaysWhereItIs() {
        List<UUID> nodes = nodes(3);
        assertThat(new GroupAllocation(nodes, nodes, Set.of())
                        .moves(Map.of("g", nodes.get(1)), group -> Optional.empty(), Set.of()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3,3", "3,5", "5,5"})
    void whatANodeLeadsThatIsAboutToLeaveGoesToOthersAFewAtATime(int replicas, int count) {
        List<UUID> nodes = nodes(count);
        List<List<UUID>> groups = groups(replicas, nodes);
        for (UUID departing : nodes) {
            Set<UUID> others = new HashSet<>(nodes);
            others.remove(departing);
            // Others may have come a moment ago.
            GroupAllocation allocation = new GroupAllocation(others, Set.of(), Set.of(departing));
            Map<Integer, UUID> leaders = new LinkedHashMap<>();
            for (int group = 0; group < groups.size(); group++) {
                leaders.put(group, groups.get(group).get(0));
            }
            int rounds = 0;
            while (leaders.containsValue(departing)) {
                Set<Integer> moves = allocation.moves(leaders, group -> Optional.of(groups.get(group)), Set.of());
                assertThat(moves).hasSizeBetween(1, GroupAllocation.MOVES_AT_A_TIME);
                moves.forEach(group -> {
                    assertThat(leaders.get(group)).isEqualTo(departing);
                    leaders.put(group, allocation.leader(groups.get(group)).orElseThrow());
                });
                rounds++;
            }
            assertThat(rounds).isEqualTo(roundsFor(led(groups, departing)));
        }
    }

    @Test
    void whatNobodyElseVotesOnStaysWithANodeThatIsAboutToLeave() {
        List<UUID> nodes = nodes(3);
        Set<UUID> departing = Set.of(nodes.get(0));
        GroupAllocation allocation =
                new GroupAllocation(Set.of(nodes.get(1), nodes.get(2)), Set.of(nodes.get(1)), departing);
        List<UUID> alone = List.of(nodes.get(0));
        assertThat(allocation.moves(Map.of("g", nodes.get(0)), group -> Optional.of(alone), Set.of()))
                .isEmpty();
        assertThat(allocation.leader(alone)).contains(nodes.get(0));
        assertThat(allocation.leader(nodes)).contains(nodes.get(1));
    }
}
