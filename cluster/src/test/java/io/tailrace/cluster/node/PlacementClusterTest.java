package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.quota.ClientIdentity;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.QuotaKind;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where partitions live in a cluster of real nodes, and what becomes of that when one of them goes. */
class PlacementClusterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 30;

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static ErrorCode refusal(CompletionStage<?> stage) {
        return Failures.named(catchThrowable(() -> join(stage))).code();
    }

    /** How many of the topic's partitions each node leads; those that nobody leads are not counted. */
    private static Map<String, Long> led(Tailrace node, Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(number ->
                        node.partitions().describe(topic.partition(number)).toCompletableFuture())
                .toList()
                .stream()
                .map(description -> description
                        .handle((found, failure) -> failure == null ? found.nodeId() : "")
                        .join())
                .filter(id -> !id.isEmpty())
                .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
    }

    /** Evenly but for where the ring of groups closes, since 128 is no multiple of 3. */
    private static void awaitSpread(Tailrace node, Topic topic, int nodes) {
        int each = topic.partitions() / nodes;
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(led(node, topic).values())
                .hasSize(nodes)
                .allMatch(led -> Math.abs(led - each) <= 2)
                .satisfies(all ->
                        assertThat(all.stream().mapToLong(led -> led).sum()).isEqualTo(topic.partitions())));
    }

    private static long lying(LocalCluster cluster, String name, Topic topic) {
        try (Stream<Path> all = Files.list(cluster.directoryOf(name).resolve("partitions"))) {
            return all.filter(path ->
                            path.getFileName().toString().startsWith(topic.id().toString()))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RecordBatch batch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(System.currentTimeMillis(), null, new byte[10]);
        return builder.build();
    }

    private static void quotasAreKnownEverywhere(List<Tailrace> nodes) {
        QuotaEntity billing = QuotaEntity.clientId("billing");
        Quota quota = new Quota(billing, OptionalLong.of(5_000_000), OptionalLong.empty());
        join(nodes.get(1).quotas().set(quota));
        awaitRate(nodes, OptionalLong.of(5_000_000));
        assertThat(join(nodes.get(2).quotas().list())).containsExactly(quota);
        join(nodes.get(2).quotas().delete(billing));
        awaitRate(nodes, OptionalLong.empty());
        assertThat(refusal(nodes.get(0).quotas().delete(billing))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    private static void awaitRate(List<Tailrace> nodes, OptionalLong rate) {
        ClientIdentity billing = ClientIdentity.anonymous("billing");
        await().until(() -> nodes.stream()
                .allMatch(node ->
                        node.throttles().of(QuotaKind.PRODUCE, billing).rate().equals(rate)));
    }

    @Test
    void leadersSpreadMoveAndComeBackAndWhatIsDeletedGoesEverywhere() {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2));
            Topic topic = join(nodes.get(0).topics().create(NewTopic.of("t", PARTITIONS)));
            for (String name : List.of("n0", "n1", "n2")) {
                assertThat(lying(cluster, name, topic)).isEqualTo(PARTITIONS);
            }
            awaitSpread(nodes.get(1), topic, 3);
            quotasAreKnownEverywhere(nodes);

            PartitionId internal = InternalPartition.of("journal", "some-actor");
            join(nodes.get(2).partitions().append(internal, batch()));
            assertThat(join(nodes.get(1).partitions().describe(internal)).replicas())
                    .hasSize(3);

            nodes.get(2).close();
            awaitSpread(nodes.get(1), topic, 2);
            assertThat(refusal(nodes.get(0).topics().create(NewTopic.of("u", 1))))
                    .isEqualTo(ErrorCode.NOT_ENOUGH_NODES);

            Topic gone = topic;
            join(nodes.get(0).topics().delete("t"));
            await().atMost(PATIENCE).until(() -> lying(cluster, "n0", gone) + lying(cluster, "n1", gone) == 0);
            assertThat(lying(cluster, "n2", gone)).isEqualTo(PARTITIONS);

            Tailrace back = cluster.start(cluster.seed(2));
            await().atMost(PATIENCE).until(() -> lying(cluster, "n2", gone) == 0);
            Topic next = join(back.topics().create(NewTopic.of("t", PARTITIONS)));
            awaitSpread(nodes.get(1), next, 3);
            join(nodes.get(1).partitions().append(internal, batch()));
        }
    }

    @Test
    void aNodeWithoutStorageUsesWhatOthersHoldAndHoldsNothing() throws IOException {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2));
            Tailrace guest = cluster.start(
                    ConfigFactory.parseString("tailrace.cluster.roles = []").withFallback(cluster.node("guest", 0)));
            Topic topic = join(guest.topics().create(NewTopic.of("t", 6)));
            assertThat(topic.replicas()).isEqualTo(3);
            assertThat(refusal(guest.topics().create(NewTopic.of("u", 1).withReplicas(4))))
                    .isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
            for (int number = 0; number < topic.partitions(); number++) {
                join(guest.partitions().append(topic.partition(number), batch()));
                try (PartitionReader reader = guest.partitions().reader(topic.partition(number))) {
                    assertThat(join(reader.fetch(0, 1000)).highWatermark()).isEqualTo(1);
                }
            }
            awaitSpread(guest, topic, 3);
            assertThat(lying(cluster, "guest", topic)).isZero();
        }
    }

    @Test
    void replicasAreSpreadOverRacksAndReadWhereThereIsOneNear() {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            cluster.startAll(inRack("x", cluster.seed(0)), inRack("x", cluster.seed(1)), inRack("y", cluster.seed(2)));
            Tailrace guest = cluster.start(inRack("y", cluster.node("guest", 0))
                    .withValue("tailrace.cluster.roles", ConfigValueFactory.fromIterable(List.of())));
            Topic topic = join(guest.topics().create(NewTopic.of("t", 6).withReplicas(2)));
            assertThat(lying(cluster, "n2", topic)).isEqualTo(6);
            // Neighbouring groups take turns, but not where the last of them is next to the first.
            assertThat(lying(cluster, "n0", topic)).isBetween(2L, 4L);
            assertThat(lying(cluster, "n0", topic) + lying(cluster, "n1", topic))
                    .isEqualTo(6);
            for (int number = 0; number < topic.partitions(); number++) {
                join(guest.partitions().append(topic.partition(number), batch()));
                try (PartitionReader reader = guest.partitions().reader(topic.partition(number))) {
                    assertThat(join(reader.fetch(0, 1000)).highWatermark()).isEqualTo(1);
                }
            }
        }
    }

    private static Config inRack(String rack, Config config) {
        return config.withValue("tailrace.cluster.rack", ConfigValueFactory.fromAnyRef(rack));
    }
}
