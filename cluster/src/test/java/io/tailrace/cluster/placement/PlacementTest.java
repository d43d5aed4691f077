package io.tailrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(2, 2);
    private static final UUID C = new UUID(3, 3);
    private static final UUID TOPIC = UUID.fromString("5f0c0a53-6f57-4c6c-9d0e-0d2f6f6a7b10");

    private static PlacementGroups groups() {
        return PlacementGroups.NONE
                .with(1, GroupLayout.of(1, List.of(StorageNode.of(A))))
                .with(3, GroupLayout.of(3, List.of(StorageNode.of(A), StorageNode.of(B), StorageNode.of(C))));
    }

    private static Placement placement(int replicas) {
        return new Placement(
                groups(),
                partition -> partition.topicId().equals(TOPIC) ? OptionalInt.of(replicas) : OptionalInt.empty(),
                List.of(C, A));
    }

    @Test
    void neighbouringPartitionsLiveInNeighbouringGroups() {
        for (UUID topic : List.of(TOPIC, new UUID(0, Integer.MAX_VALUE), new UUID(0, -1))) {
            for (int number = 0; number < 1000; number++) {
                int group = PlacementGroup.of(new PartitionId(topic, number), 3).number();
                int next =
                        PlacementGroup.of(new PartitionId(topic, number + 1), 3).number();
                assertThat(next).isEqualTo((group + 1) % PlacementGroup.GROUPS);
            }
        }
    }

    /** Where a partition lives must not change with a version, a JVM or a day. */
    @Test
    void theGroupOfAPartitionNeverChanges() {
        assertThat(PlacementGroup.of(new PartitionId(TOPIC, 0), 3)).isEqualTo(new PlacementGroup(3, 0));
        assertThat(PlacementGroup.of(new PartitionId(TOPIC, 30), 1)).isEqualTo(new PlacementGroup(1, 30));
    }

    @Test
    void theTextOfAGroupNamesItAndNothingElse() {
        Set<String> texts = new HashSet<>();
        for (int replicas = 1; replicas <= 15; replicas++) {
            for (int number = 0; number < PlacementGroup.GROUPS; number++) {
                PlacementGroup group = new PlacementGroup(replicas, number);
                assertThat(PlacementGroup.parse(group.text())).contains(group);
                texts.add(group.text());
            }
        }
        assertThat(texts).hasSize(15 * PlacementGroup.GROUPS);
        assertThat(PlacementGroup.parse(PlacementGroup.CONTROL.text())).contains(PlacementGroup.CONTROL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "3", "3-", "-3", "0-1", "3-128", "3-01", "03-1", "3--1", "3-1-1", "Control", "999-1", "3-9999"
            })
    void anotherTextNamesNoGroup(String text) {
        assertThat(PlacementGroup.parse(text)).isEmpty();
    }

    @Test
    void aPartitionLivesOnTheVotersOfItsGroup() {
        PartitionId partition = new PartitionId(TOPIC, 7);
        PlacementGroup group = PlacementGroup.of(partition, 3);
        assertThat(placement(3).group(partition)).contains(group);
        assertThat(placement(3).voters(partition)).isEqualTo(groups().voters(group));
        assertThat(placement(3).voters(partition).orElseThrow()).containsExactlyInAnyOrder(A, B, C);
        assertThat(placement(1).voters(partition)).contains(List.of(A));
    }

    @Test
    void whatIsNotKnownIsNowhere() {
        assertThat(placement(3).group(new PartitionId(A, 0))).isEmpty();
        assertThat(placement(3).voters(new PartitionId(A, 0))).isEmpty();
        // The factor has no groups yet.
        assertThat(placement(2).group(new PartitionId(TOPIC, 0))).isPresent();
        assertThat(placement(2).voters(new PartitionId(TOPIC, 0))).isEmpty();
    }

    @Test
    void theCataloguesOwnPartitionsLiveInTheControlGroup() {
        for (String kind : List.of("journal", "snapshot")) {
            PartitionId own = InternalPartition.of(kind, InternalPartition.CATALOG);
            assertThat(placement(3).group(own)).contains(PlacementGroup.CONTROL);
            assertThat(placement(3).voters(own)).contains(List.of(C, A));
        }
        assertThat(placement(3).group(InternalPartition.of("journal", "another")))
                .isEmpty();
    }

    @Test
    void aGroupThatMovesLeavesAllOthersWhereTheyAre() {
        PlacementGroup moved = new PlacementGroup(3, 5);
        PlacementGroups after = groups().moved(moved, List.of(B, C));
        assertThat(after.voters(moved)).contains(List.of(B, C));
        IntStream.range(0, PlacementGroup.GROUPS)
                .mapToObj(number -> new PlacementGroup(3, number))
                .filter(group -> !group.equals(moved))
                .forEach(group -> assertThat(after.voters(group)).isEqualTo(groups().voters(group)));
        assertThat(after.moved(new PlacementGroup(2, 1), List.of(A))).isEqualTo(after);
        assertThatThrownBy(() -> after.with(2, List.of(List.of(A)))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void firstReplicasHaveIdsThatFollowFromPartitionAndNode() {
        PartitionId partition = new PartitionId(TOPIC, 3);
        Voters voters = FirstVoters.of(partition, List.of(B, A, C));
        assertThat(voters.configVersion()).isZero();
        assertThat(voters.ids())
                .containsExactly(
                        FirstVoters.replica(partition, B),
                        FirstVoters.replica(partition, A),
                        FirstVoters.replica(partition, C));
        assertThat(voters.ids().get(1)).isEqualTo(new ReplicaId(A.toString(), "34566ad2-c977-3210-ac14-ffd62a6fa994"));
        assertThat(FirstVoters.replica(new PartitionId(TOPIC, 4), B))
                .isNotEqualTo(voters.ids().get(0));
    }
}
