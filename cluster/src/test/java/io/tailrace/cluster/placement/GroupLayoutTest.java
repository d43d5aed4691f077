package io.tailrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupLayoutTest {
    private static List<StorageNode> nodes(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> StorageNode.of(new UUID(0x9e3779b97f4a7c15L * (n + 1), n)))
                .toList();
    }

    private static List<StorageNode> inRacks(int... sizes) {
        List<StorageNode> all = new ArrayList<>();
        for (int rack = 0; rack < sizes.length; rack++) {
            for (int n = 0; n < sizes[rack]; n++) {
                all.add(new StorageNode(new UUID(0x9e3779b97f4a7c15L * (all.size() + 1), rack), "rack-" + rack));
            }
        }
        return all;
    }

    private static int spread(Map<UUID, Integer> counts) {
        return Collections.max(counts.values()) - Collections.min(counts.values());
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,3", "2,3", "3,3", "1,5", "3,5", "5,5", "3,4", "3,6", "3,7", "5,9", "3,128", "3,200"})
    void leadersAndReplicasSpreadEvenly(int replicas, int count) {
        List<StorageNode> nodes = nodes(count);
        List<List<UUID>> groups = GroupLayout.of(replicas, nodes);

        Map<UUID, Integer> led = new HashMap<>();
        Map<UUID, Integer> held = new HashMap<>();
        nodes.forEach(node -> led.put(node.id(), 0));
        nodes.forEach(node -> held.put(node.id(), 0));
        for (List<UUID> voters : groups) {
            assertThat(voters).hasSize(replicas).doesNotHaveDuplicates();
            led.merge(voters.get(0), 1, Integer::sum);
            voters.forEach(voter -> held.merge(voter, 1, Integer::sum));
        }
        assertThat(groups).hasSize(PlacementGroup.GROUPS);
        assertThat(spread(led)).isLessThanOrEqualTo(1);
        assertThat(spread(held)).isLessThanOrEqualTo(replicas);
    }

    @Test
    void neighbouringGroupsStartOnDifferentNodes() {
        List<List<UUID>> groups = GroupLayout.of(3, nodes(5));
        for (int group = 0; group + 5 <= groups.size(); group++) {
            assertThat(groups.subList(group, group + 5).stream().map(voters -> voters.get(0)))
                    .doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @CsvSource({"3,3", "3,4", "3,5", "5,5", "3,7"})
    void whatALostNodeLedSpreadsOverTheOthers(int replicas, int count) {
        List<StorageNode> nodes = nodes(count);
        List<List<UUID>> groups = GroupLayout.of(replicas, nodes);
        for (StorageNode lost : nodes) {
            Map<UUID, Integer> led = new HashMap<>();
            for (List<UUID> voters : groups) {
                UUID leader = voters.stream()
                        .filter(voter -> !voter.equals(lost.id()))
                        .findFirst()
                        .orElseThrow();
                led.merge(leader, 1, Integer::sum);
            }
            assertThat(led).hasSize(count - 1);
            assertThat(spread(led)).as("without " + lost).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void itDependsOnTheNodesAlone() {
        List<StorageNode> nodes = new ArrayList<>(inRacks(3, 2, 2));
        List<List<UUID>> expected = GroupLayout.of(3, nodes);
        Random random = new Random(1);
        for (int shuffle = 0; shuffle < 50; shuffle++) {
            Collections.shuffle(nodes, random);
            assertThat(GroupLayout.of(3, nodes)).isEqualTo(expected);
        }
    }

    @Test
    void eachVoterHasARackOfItsOwnWhereThereAreEnough() {
        for (int[] sizes : new int[][] {{1, 1, 1}, {2, 2, 2}, {3, 1, 1}, {4, 3, 2, 1}, {1, 5, 1, 1}}) {
            List<StorageNode> nodes = inRacks(sizes);
            for (List<UUID> voters : GroupLayout.of(3, nodes)) {
                assertThat(voters.stream().map(voter -> rackOf(nodes, voter))).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void withTooFewRacksAllOfThemAreUsed() {
        List<StorageNode> nodes = inRacks(3, 2);
        for (List<UUID> voters : GroupLayout.of(3, nodes)) {
            assertThat(voters).hasSize(3).doesNotHaveDuplicates();
            assertThat(new HashSet<>(
                            voters.stream().map(voter -> rackOf(nodes, voter)).toList()))
                    .hasSize(2);
        }
    }

    private static String rackOf(List<StorageNode> nodes, UUID id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow()
                .rack();
    }

    @Test
    void moreVotersThanNodesAreRefused() {
        assertThatThrownBy(() -> GroupLayout.of(3, nodes(2))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> GroupLayout.of(0, nodes(2))).isInstanceOf(IllegalArgumentException.class);
    }
}
