package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose actor system can no longer be a member of their cluster. */
class LastingNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static RecordBatch batch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(System.currentTimeMillis(), null, new byte[10]);
        return builder.build();
    }

    /** Tries again whatever says that this may help, and nothing else. */
    private static <T> T insist(Supplier<CompletionStage<T>> question) {
        List<T> answers = new ArrayList<>();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            try {
                answers.add(join(question.get()));
                return true;
            } catch (RuntimeException e) {
                assertThat(Failures.named(e).code().retriable()).as("%s", e).isTrue();
                return false;
            }
        });
        return answers.get(0);
    }

    private static void down(ActorSystem<?> system) {
        Cluster cluster = Cluster.get(system);
        cluster.down(cluster.selfAddress());
    }

    @Test
    void whoHoldsANodeGoesOnWithItWhenItsActorSystemWasDowned() {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            Tailrace node = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2))
                    .get(0);
            List<ActorSystem<?>> systems = Collections.synchronizedList(new ArrayList<>());
            node.onNewSystem(systems::add);
            ActorSystem<?> first = node.system();
            await().atMost(PATIENCE).until(node::ready);
            PartitionId partition =
                    insist(() -> node.topics().create(NewTopic.of("t", 1))).partition(0);
            try (PartitionReader reader = node.partitions().reader(partition)) {
                insist(() -> node.partitions().append(partition, batch()));
                CompletableFuture<Fetched> parked = reader.fetch(1, 1000).toCompletableFuture();
                down(first);
                assertThat(Failures.named(parked.handle((fetched, failure) -> failure)
                                        .orTimeout(60, TimeUnit.SECONDS)
                                        .join())
                                .code())
                        .isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);

                insist(() -> node.partitions().append(partition, batch()));
                assertThat(insist(reader::offsets).endOffset()).isGreaterThanOrEqualTo(2);
                // The replica here follows, perhaps, and then hears a moment later of what is committed.
                await().atMost(PATIENCE)
                        .until(() -> insist(() -> reader.fetch(0, 10_000)).highWatermark() >= 2);
                assertThat(insist(() -> node.topics().list())).hasSize(1);
            }
            await().atMost(PATIENCE).until(node::ready);
            assertThat(first.getWhenTerminated().toCompletableFuture()).isDone();
            assertThat(systems).hasSize(1);
            assertThat(systems.get(0).classicSystem())
                    .isSameAs(node.system().classicSystem())
                    .isNotSameAs(first.classicSystem());
            assertThat(node.whenEnded().toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void nodeThatIsClosedWhileItWaitsForItsClusterEndsAtOnce() throws IOException {
        try (LocalCluster cluster = new LocalCluster(data, 2)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1));
            Tailrace left = nodes.get(0);
            ActorSystem<?> first = left.system();
            nodes.get(1).close();
            await().atMost(PATIENCE)
                    .until(() -> first.getWhenTerminated().toCompletableFuture().isDone());
            assertThat(left.ready()).isFalse();
            left.close();
            assertThat(left.whenEnded().toCompletableFuture()).isCompleted();
            assertThat(left.topics().list().toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(1))
                    .withThrowableThat()
                    .satisfies(failure ->
                            assertThat(Failures.named(failure).code()).isEqualTo(ErrorCode.CLOSED));
            // Its directory is free for another one.
            DataDirectory.open(new DiskFileStore(), cluster.directoryOf("n0")).close();
        }
    }

    @Test
    void nodeWhoseActorSystemIsEndedByTheApplicationEndsWithIt() {
        try (LocalCluster cluster = new LocalCluster(data, 1)) {
            Tailrace node = cluster.start(cluster.seed(0));
            node.system().terminate();
            assertThat(node.whenEnded().toCompletableFuture())
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .satisfies(failure ->
                            assertThat(Failures.named(failure).code()).isEqualTo(ErrorCode.CLOSED));
        }
    }
}
