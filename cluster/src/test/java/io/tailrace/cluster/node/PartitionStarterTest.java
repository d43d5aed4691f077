package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.GroupLayout;
import io.tailrace.cluster.placement.Placement;
import io.tailrace.cluster.placement.PlacementGroups;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartitionStarterTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(2, 2);
    private static final UUID C = new UUID(3, 3);
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();
    private final List<PartitionId> started = new ArrayList<>();
    private final List<CompletableFuture<Void>> underWay = new ArrayList<>();
    private final Set<PartitionId> led = new HashSet<>();
    private Set<UUID> live = Set.of(A, B, C);
    private boolean atOnce = true;
    private boolean elsewhere;
    private final PartitionStarter starter =
            new PartitionStarter(A, this::start, led::contains, () -> live, nanos::get);

    private CompletionStage<Void> start(PartitionId partition) {
        started.add(partition);
        CompletableFuture<Void> start = new CompletableFuture<>();
        if (atOnce) {
            if (!elsewhere) {
                led.add(partition);
            }
            start.complete(null);
        } else {
            underWay.add(start);
        }
        return start;
    }

    private static Topic topic(int number, int partitions) {
        return new Topic("t" + number, new UUID(0, number), partitions, 3, TopicSettings.DEFAULT);
    }

    private static Placement placement(Topic... topics) {
        List<StorageNode> nodes = List.of(StorageNode.of(A), StorageNode.of(B), StorageNode.of(C));
        Catalog catalog = Catalog.of(List.of(topics));
        return new Placement(
                PlacementGroups.NONE.with(3, GroupLayout.of(3, nodes)),
                partition -> catalog.topicOf(partition).isPresent() ? OptionalInt.of(3) : OptionalInt.empty(),
                List.of(A));
    }

    private void follow(Topic... topics) {
        starter.follow(Catalog.of(List.of(topics)), placement(topics));
    }

    private static List<PartitionId> ledFirstBy(Topic topic, Set<UUID> live) {
        Placement placement = placement(topic);
        return IntStream.range(0, topic.partitions())
                .mapToObj(topic::partition)
                .filter(partition -> placement.voters(partition).orElseThrow().stream()
                        .filter(live::contains)
                        .findFirst()
                        .equals(java.util.Optional.of(A)))
                .toList();
    }

    @Test
    void itStartsWhatItIsTheFirstLiveVoterOf() {
        Topic topic = topic(1, 30);
        follow(topic);
        assertThat(started).hasSize(10).isEqualTo(ledFirstBy(topic, Set.of(A, B, C)));
        assertThat(starter.firstRound()).isCompleted();
        follow(topic);
        starter.look();
        assertThat(started).hasSize(10);
    }

    @Test
    void itTakesOverForANodeThatIsGone() {
        Topic topic = topic(1, 30);
        follow(topic);
        started.clear();
        live = Set.of(A, C);
        starter.look();
        List<PartitionId> now = new ArrayList<>(ledFirstBy(topic, live));
        now.removeAll(ledFirstBy(topic, Set.of(A, B, C)));
        assertThat(started).isNotEmpty().isEqualTo(now);
    }

    /** Partitions 128 apart are in one group. */
    private static List<PartitionId> groupmates(Topic topic, PartitionId partition) {
        return IntStream.range(0, topic.partitions())
                .filter(number -> number % 128 == partition.partition() % 128)
                .mapToObj(topic::partition)
                .toList();
    }

    @Test
    void aGroupThatIsLedElsewhereIsAskedForByOneOfItsPartitionsUntilItArrives() {
        Topic topic = topic(1, 3 * 128);
        elsewhere = true;
        follow(topic);
        List<PartitionId> mine = ledFirstBy(topic, Set.of(A, B, C));
        assertThat(started).containsExactlyInAnyOrderElementsOf(mine);

        started.clear();
        starter.look();
        Set<Integer> groups =
                started.stream().map(partition -> partition.partition() % 128).collect(Collectors.toSet());
        assertThat(started).as("one of each group").hasSameSizeAs(groups).hasSize(mine.size() / 3);

        elsewhere = false;
        started.clear();
        starter.look();
        List<PartitionId> here = List.copyOf(started);
        assertThat(here).hasSize(mine.size() / 3);
        started.clear();
        starter.look();
        assertThat(started).as("the others of those groups").hasSize(mine.size() - here.size());
        for (PartitionId partition : here) {
            assertThat(led).containsAll(groupmates(topic, partition));
        }
        started.clear();
        nanos.addAndGet(60 * SECOND);
        starter.look();
        assertThat(started).isEmpty();
    }

    @Test
    void whatCouldNotBeStartedIsTriedAgainAfterAWhile() {
        Topic topic = topic(1, 3 * 128);
        elsewhere = true;
        follow(topic);
        int mine = started.size();
        nanos.addAndGet(10 * SECOND);
        started.clear();
        starter.look();
        assertThat(started).hasSize(mine);
        started.clear();
        live = Set.of(A, B);
        starter.look();
        assertThat(started).as("others live now").hasSizeGreaterThan(mine);
    }

    @Test
    void aFewAtATime() {
        atOnce = false;
        follow(topic(1, 300));
        assertThat(started).hasSize(32);
        assertThat(starter.firstRound().toCompletableFuture()).isNotDone();
        for (int n = 0; n < underWay.size(); n++) {
            underWay.get(n).complete(null);
            assertThat(started.size() - n - 1).isLessThanOrEqualTo(32);
        }
        assertThat(started).hasSize(100).doesNotHaveDuplicates();
        assertThat(starter.firstRound()).isCompleted();
    }

    @Test
    void aTopicThatIsGoneOrWhoseGroupsAreNotKnownIsLeftAlone() {
        Topic topic = topic(1, 30);
        starter.follow(
                Catalog.of(List.of(topic)),
                new Placement(PlacementGroups.NONE, partition -> OptionalInt.of(3), List.of(A)));
        assertThat(started).isEmpty();
        follow();
        nanos.addAndGet(9 * SECOND);
        starter.look();
        assertThat(started).isEmpty();
    }

    @Test
    void closedItStartsNothingAndSaysWhenItIsDone() {
        atOnce = false;
        follow(topic(1, 300));
        CompletableFuture<Void> closed = starter.close().toCompletableFuture();
        assertThat(closed).isNotDone();
        underWay.forEach(start -> start.complete(null));
        assertThat(closed).isCompleted();
        assertThat(started).hasSize(32);
    }
}
