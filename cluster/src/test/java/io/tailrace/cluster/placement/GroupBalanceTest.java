package io.tailrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GroupBalanceTest {
    private static final int GROUPS = PlacementGroup.GROUPS;

    static IntStream seeds() {
        return IntStream.range(0, 60);
    }

    private static List<StorageNode> nodes(int count, int racks) {
        return IntStream.range(0, count)
                .mapToObj(n -> new StorageNode(new UUID(n, 77), racks == 0 ? "" : "rack-" + n % racks))
                .toList();
    }

    private static List<UUID> ids(Collection<StorageNode> nodes) {
        return nodes.stream().map(StorageNode::id).toList();
    }

    private static Map<UUID, Integer> loads(List<List<UUID>> groups) {
        Map<UUID, Integer> loads = new TreeMap<>();
        groups.forEach(group -> group.forEach(node -> loads.merge(node, 1, Integer::sum)));
        return loads;
    }

    private static Map<UUID, Integer> leads(List<List<UUID>> groups, Collection<StorageNode> nodes) {
        Map<UUID, Integer> leads = new TreeMap<>();
        nodes.forEach(node -> leads.put(node.id(), 0));
        groups.forEach(group -> leads.merge(group.get(0), 1, Integer::sum));
        return leads;
    }

    private static int moved(List<List<UUID>> before, List<List<UUID>> after) {
        int moved = 0;
        for (int group = 0; group < GROUPS; group++) {
            Set<UUID> came = new HashSet<>(after.get(group));
            before.get(group).forEach(came::remove);
            moved += came.size();
        }
        return moved;
    }

    private static int spread(Collection<Integer> counts) {
        return counts.stream().mapToInt(count -> count).max().orElseThrow()
                - counts.stream().mapToInt(count -> count).min().orElseThrow();
    }

    private static int racks(List<UUID> group, List<StorageNode> nodes) {
        return nodes.stream()
                .filter(node -> group.contains(node.id()))
                .map(StorageNode::rack)
                .collect(Collectors.toSet())
                .size();
    }

    private static void assertWhole(List<List<UUID>> groups, int replicas, Collection<UUID> among) {
        assertThat(groups).hasSize(GROUPS).allSatisfy(group -> assertThat(group)
                .hasSize(replicas)
                .doesNotHaveDuplicates()
                .allMatch(among::contains));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nodesThatComeLaterGetTheirShareWithNoMoreMovesThanThatTakes(int seed) {
        Random random = new Random(seed);
        int replicas = 1 + random.nextInt(4);
        int before = replicas + random.nextInt(4);
        List<StorageNode> all = nodes(before + 1 + random.nextInt(3), 0);
        List<List<UUID>> groups = GroupLayout.of(replicas, all.subList(0, before));
        GroupBalance balance = new GroupBalance(groups, all, ids(all));
        assertThat(balance.repair()).isTrue();
        assertThat(balance.groups()).isEqualTo(groups);
        balance.even();
        assertWhole(balance.groups(), replicas, ids(all));
        assertThat(loads(balance.groups())).hasSize(all.size());
        assertThat(spread(loads(balance.groups()).values())).isLessThanOrEqualTo(1);
        assertThat(spread(leads(balance.groups(), all).values())).isLessThanOrEqualTo(1);
        int came = ids(all).stream()
                .mapToInt(node -> Math.max(
                        0, loads(balance.groups()).get(node) - loads(groups).getOrDefault(node, 0)))
                .sum();
        assertThat(moved(groups, balance.groups())).isEqualTo(came);

        GroupBalance again = new GroupBalance(balance.groups(), all, ids(all));
        again.even();
        assertThat(again.groups()).isEqualTo(balance.groups());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsDrainedLosesEverythingAndNothingElseMoves(int seed) {
        Random random = new Random(seed);
        int replicas = 1 + random.nextInt(3);
        List<StorageNode> all = nodes(replicas + 1 + random.nextInt(4), random.nextInt(4));
        List<List<UUID>> groups = GroupLayout.of(replicas, all);
        UUID gone = all.get(random.nextInt(all.size())).id();
        List<StorageNode> left = new ArrayList<>(all);
        left.removeIf(node -> node.id().equals(gone));
        GroupBalance balance = new GroupBalance(groups, left, ids(left));
        assertThat(balance.repair()).isTrue();
        assertWhole(balance.groups(), replicas, ids(left));
        assertThat(moved(groups, balance.groups())).isEqualTo(loads(groups).getOrDefault(gone, 0));
        for (int group = 0; group < GROUPS; group++) {
            if (!groups.get(group).contains(gone)) {
                assertThat(balance.groups().get(group)).isEqualTo(groups.get(group));
            } else if (replicas > 1) {
                assertThat(groups.get(group))
                        .contains(balance.groups().get(group).get(0));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noGroupGetsIntoFewerRacks(int seed) {
        Random random = new Random(seed);
        int racks = 2 + random.nextInt(3);
        List<StorageNode> all = nodes(6 + random.nextInt(4), racks);
        List<List<UUID>> groups = GroupLayout.of(3, all.subList(0, 4 + random.nextInt(2)));
        GroupBalance balance = new GroupBalance(groups, all, ids(all));
        balance.even();
        assertWhole(balance.groups(), 3, ids(all));
        for (int group = 0; group < GROUPS; group++) {
            assertThat(racks(balance.groups().get(group), all)).isGreaterThanOrEqualTo(racks(groups.get(group), all));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nobodyThatIsDownGetsAnythingMoreAndTooFewAreSaidToBe(int seed) {
        Random random = new Random(seed);
        List<StorageNode> all = nodes(6, 0);
        List<List<UUID>> groups = GroupLayout.of(3, all.subList(0, 4));
        UUID down = all.get(4).id();
        List<UUID> able = new ArrayList<>(ids(all));
        able.remove(down);
        GroupBalance balance = new GroupBalance(groups, all, able);
        balance.even();
        assertThat(loads(balance.groups())).doesNotContainKey(down);
        List<StorageNode> two = List.of(all.get(0), all.get(1 + random.nextInt(3)));
        assertThat(new GroupBalance(groups, two, ids(two)).repair()).isFalse();
    }
}
