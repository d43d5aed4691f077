package io.tailrace.cluster.movement;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.PlacementGroups;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ReplicaSweeperTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);
    private static final UUID C = new UUID(0, 3);
    private static final Topic TOPIC = new Topic("t", new UUID(7, 4), 1, 2, TopicSettings.DEFAULT);
    private static final PartitionId PARTITION = TOPIC.partition(0);
    private static final PlacementGroup GROUP = PlacementGroup.of(PARTITION, 2);

    private final List<String> names = new ArrayList<>(List.of(PARTITION.text(), "no-partition"));
    private final List<Long> removed = new ArrayList<>();
    private Catalog confirmed = all(at(A, B));
    private CompletionStage<Partition.Description> description = led(A, B);
    /** On node C. */
    private final ReplicaSweeper sweeper = new ReplicaSweeper(
            C,
            () -> names,
            () -> CompletableFuture.completedStage(confirmed),
            catalog -> catalog.placement(List.of(A)),
            partition -> description,
            (partition, number) -> removed.add(number));

    private static PlacementGroups at(UUID... voters) {
        return PlacementGroups.NONE.with(2, Collections.nCopies(PlacementGroup.GROUPS, List.of(voters)));
    }

    private static Catalog all(PlacementGroups groups) {
        return Catalog.of(List.of(TOPIC)).withGroups(groups);
    }

    private static CompletionStage<Partition.Description> led(UUID... replicas) {
        return CompletableFuture.completedStage(new Partition.Description(
                A.toString(),
                1,
                0,
                0,
                0,
                List.of(replicas).stream()
                        .map(node -> new Partition.ReplicaState(node.toString(), 0, false, true))
                        .toList()));
    }

    private void sweep(Catalog known) {
        sweeper.follow(known);
        for (int look = 0; look < 5; look++) {
            sweeper.look();
        }
    }

    @Test
    void whatHasMovedAwayGoes() {
        sweep(confirmed);
        assertThat(removed).containsExactly(0L);
    }

    @Test
    void whatIsToComeOrMayStillVoteStays() {
        sweep(all(at(A, B).moving(GROUP, List.of(A, C))));
        sweep(all(at(A, C).moving(GROUP, List.of(A, B))));
        PlacementGroups leaving = at(A, C).moving(GROUP, List.of(A, B)).moved(GROUP, List.of(A, B));
        assertThat(leaving.holders(GROUP)).contains(C);
        sweep(all(leaving));
        sweep(all(at(A, C)));
        assertThat(removed).isEmpty();
        sweep(all(leaving.settled(GROUP)));
        assertThat(removed).hasSize(1);
    }

    @Test
    void whatTheCatalogueKnowsBetterWhenItIsAskedStays() {
        confirmed = all(at(A, B).moving(GROUP, List.of(A, C)));
        sweep(all(at(A, B)));
        assertThat(removed).isEmpty();
    }

    @Test
    void whatALeaderStillKnowsOfStays() {
        description = led(A, B, C);
        sweep(confirmed);
        description = CompletableFuture.failedStage(
                new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "Nobody leads it."));
        sweep(confirmed);
        assertThat(removed).isEmpty();
        description = led(A, B);
        sweep(confirmed);
        assertThat(removed).hasSize(1);
    }

    @Test
    void whatTheCatalogueDoesNotKnowIsNoneOfItsBusiness() {
        names.clear();
        names.add(new PartitionId(new UUID(9, 9), 0).text());
        sweep(confirmed);
        assertThat(removed).isEmpty();
    }
}
