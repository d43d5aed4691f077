package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Placements;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups move between real nodes while they are used. */
class MoveClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 6;

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static RecordBatch batch(int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(System.currentTimeMillis(), null, new byte[10]);
        return builder.producer(7, (short) 0, sequence).build();
    }

    private static <T> T retried(Supplier<T> attempt) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return attempt.get();
            } catch (CompletionException e) {
                if (!(Failures.cause(e) instanceof TailraceException known)
                        || !known.code().retriable()
                        || System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    private static long recordsOf(Tailrace at, PartitionId partition) {
        try (PartitionReader reader = at.partitions().reader(partition)) {
            long end = retried(() -> join(reader.offsets())).endOffset();
            long records = 0;
            for (long next = 0; next < end; ) {
                long from = next;
                Fetched fetched = retried(() -> join(reader.fetch(from, 1 << 20)));
                for (RecordBatch batch : ReplicaDisk.checked(fetched.batches())) {
                    next = batch.nextOffset();
                    records += batch.isControl() ? 0 : batch.recordCount();
                }
            }
            return records;
        }
    }

    private long lying(LocalCluster cluster, String name, Topic topic) {
        try (Stream<Path> all = Files.list(cluster.directoryOf(name).resolve("partitions"))) {
            return all.filter(path ->
                            path.getFileName().toString().startsWith(topic.id().toString()))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Placements.NodeState state(Tailrace at, String name) {
        return join(at.placements().state()).nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** In how many of the topic's partitions that node is to vote: the topic's id decides. */
    private static long votedIn(Tailrace at, String name, Topic topic) {
        UUID node = state(at, name).id();
        List<Placements.GroupState> groups = join(at.placements().state()).groups();
        return IntStream.range(0, topic.partitions())
                .mapToObj(number -> PlacementGroup.of(topic.partition(number), topic.replicas()))
                .filter(group -> groups.stream()
                        .anyMatch(state ->
                                state.group().equals(group) && state.voters().contains(node)))
                .count();
    }

    private static void awaitNothingMoves(Tailrace at) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> assertThat(
                        join(at.placements().state()).groups())
                .allMatch(group -> group.target().isEmpty() && group.leaving().isEmpty()));
    }

    private static Set<String> replicas(Tailrace at, PartitionId partition) {
        List<Partition.ReplicaState> all =
                retried(() -> join(at.partitions().describe(partition))).replicas();
        assertThat(all).allMatch(Partition.ReplicaState::voter);
        return all.stream().map(replica -> at.nodeName(replica.nodeId())).collect(Collectors.toSet());
    }

    /** Sends to each partition, one batch after the other, until it is told to stop; says how many each has. */
    private static CompletableFuture<Integer> producing(Tailrace at, Topic topic, AtomicBoolean stop) {
        return CompletableFuture.supplyAsync(
                () -> {
                    int sequence = 0;
                    while (!stop.get()) {
                        for (int number = 0; number < PARTITIONS; number++) {
                            PartitionId partition = topic.partition(number);
                            int next = sequence;
                            retried(() -> join(at.partitions().append(partition, batch(next))));
                        }
                        sequence++;
                    }
                    return sequence;
                },
                task -> new Thread(task, "producing").start());
    }

    @Test
    void aNodeThatCameLaterGetsItsShareAndADrainedOneLosesAllWhileRecordsAreWritten() {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = new ArrayList<>(cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2)));
            Tailrace n0 = nodes.get(0);
            Topic topic = join(n0.topics().create(NewTopic.of("t", PARTITIONS)));
            PartitionId internal = InternalPartition.of("journal", "some-actor");
            join(n0.partitions().append(internal, batch(0)));
            assertThat(Failures.named(catchThrowable(() ->
                                    join(n0.placements().drain(state(n0, "n1").id()))))
                            .code())
                    .isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
            AtomicBoolean stop = new AtomicBoolean();
            CompletableFuture<Integer> producing = producing(n0, topic, stop);

            nodes.add(cluster.start(cluster.node("n3", 0)));
            await().atMost(PATIENCE).until(() -> state(n0, "n3").alive());
            join(n0.placements().rebalance());
            assertThat(state(n0, "n3").groups() + state(n0, "n3").arriving()).isEqualTo(96);
            awaitNothingMoves(n0);
            assertThat(state(n0, "n3").groups()).isEqualTo(96);
            assertThat(lying(cluster, "n3", topic)).isEqualTo(votedIn(n0, "n3", topic));

            join(n0.placements().drain(state(n0, "n1").id()));
            awaitNothingMoves(n0);
            assertThat(state(n0, "n1")).matches(node -> node.drained() && node.founder() && node.groups() == 0);
            await().atMost(PATIENCE).until(() -> lying(cluster, "n1", topic) == 0);
            stop.set(true);
            int sent = producing.orTimeout(60, TimeUnit.SECONDS).join();

            assertThat(sent).isPositive();
            for (int number = 0; number < PARTITIONS; number++) {
                PartitionId partition = topic.partition(number);
                assertThat(replicas(n0, partition)).containsExactlyInAnyOrder("n0", "n2", "n3");
                assertThat(recordsOf(n0, partition)).isEqualTo(sent);
                assertThat(recordsOf(nodes.get(1), partition)).isEqualTo(sent);
            }
            assertThat(replicas(n0, internal)).containsExactlyInAnyOrder("n0", "n2", "n3");
            Topic later = join(n0.topics().create(NewTopic.of("later", PARTITIONS)));
            assertThat(lying(cluster, "n1", later)).isZero();

            // And one that is gone for good: only its id is known then.
            UUID gone = state(n0, "n3").id();
            nodes.get(3).close();
            join(n0.placements().undrain(state(n0, "n1").id()));
            await().atMost(PATIENCE).until(() -> join(n0.placements().state()).nodes().stream()
                    .noneMatch(node -> node.id().equals(gone) && node.alive()));
            join(n0.placements().drain(gone));
            awaitNothingMoves(n0);
            for (int number = 0; number < PARTITIONS; number++) {
                PartitionId partition = topic.partition(number);
                assertThat(replicas(n0, partition)).containsExactlyInAnyOrder("n0", "n1", "n2");
                assertThat(recordsOf(nodes.get(1), partition)).isEqualTo(sent);
            }
        }
    }

    @Test
    void replicasThatWereWipedComeBackAsOthersAlsoWhereTheirNodeIsToLead() throws IOException {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2));
            Tailrace n0 = nodes.get(0);
            Topic topic = join(n0.topics().create(NewTopic.of("t", PARTITIONS)));
            for (int number = 0; number < PARTITIONS; number++) {
                PartitionId partition = topic.partition(number);
                retried(() -> join(n0.partitions().append(partition, batch(0))));
            }
            cluster.stopAll();
            for (int number = 0; number < PARTITIONS; number++) {
                try (Stream<Path> all = Files.walk(cluster.directoryOf("n2")
                        .resolve("partitions")
                        .resolve(topic.partition(number).text()))) {
                    for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
            // Of two of the groups it is the preferred leader, and nobody has led them since.
            Tailrace n2 = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2))
                    .get(2);
            for (int number = 0; number < PARTITIONS; number++) {
                PartitionId partition = topic.partition(number);
                // What was lost does not get this, so it counts as behind until it is removed.
                retried(() -> join(n2.partitions().append(partition, batch(1))));
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
                    Partition.Description description =
                            retried(() -> join(n2.partitions().describe(partition)));
                    assertThat(description.replicas())
                            .hasSize(3)
                            .allMatch(replica -> replica.voter() && replica.endOffset() == description.endOffset());
                });
                assertThat(recordsOf(n2, partition)).isEqualTo(2);
            }
            assertThat(lying(cluster, "n2", topic)).isEqualTo(PARTITIONS);
        }
    }
}
