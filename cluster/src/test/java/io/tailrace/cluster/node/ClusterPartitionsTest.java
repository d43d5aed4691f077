package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions with replicas on three nodes of one JVM. */
class ClusterPartitionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static RecordBatch batch(int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(System.currentTimeMillis(), null, new byte[10]);
        return builder.producer(7, (short) 0, sequence).build();
    }

    /** Sends it again as a producer does, until it is stored. */
    private static long append(Tailrace at, PartitionId partition, int sequence) {
        return retried(() -> join(at.partitions().append(partition, batch(sequence))))
                .baseOffset();
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

    @Test
    void everyNodeAnswersForEveryPartitionAndALeaderThatGoesIsFollowedByAnother() {
        try (LocalCluster cluster = new LocalCluster(directory, 3)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2));
            Topic topic = join(nodes.get(1).topics().create(NewTopic.of("t", 6)));
            assertThat(topic.replicas()).isEqualTo(3);
            for (int number = 0; number < 6; number++) {
                PartitionId partition = topic.partition(number);
                for (int sequence = 0; sequence < 3; sequence++) {
                    append(nodes.get((number + sequence) % 3), partition, sequence);
                }
                for (Tailrace node : nodes) {
                    assertThat(recordsOf(node, partition)).isEqualTo(3);
                }
            }
            List<String> leaders = IntStream.range(0, 6)
                    .mapToObj(number -> join(nodes.get(0).partitions().describe(topic.partition(number))))
                    .map(Partition.Description::nodeId)
                    .distinct()
                    .toList();
            assertThat(leaders).as("leaders are spread").hasSize(3);

            Node leaving = (Node) LocalCluster.present(nodes.get(2));
            Supplier<Long> led = () -> IntStream.range(0, 6)
                    .filter(number -> leaving.isLedHere(topic.partition(number)))
                    .count();
            assertThat(led.get()).isPositive();
            CompletableFuture<Long> ledWhenItLeft = new CompletableFuture<>();
            CoordinatedShutdown.get(leaving.home().classic())
                    .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "look", () -> {
                        ledWhenItLeft.complete(led.get());
                        return CompletableFuture.completedStage(Done.getInstance());
                    });
            nodes.get(2).close();
            assertThat(join(ledWhenItLeft)).as("led by a node that is leaving").isZero();
            for (int number = 0; number < 6; number++) {
                append(nodes.get(number % 2), topic.partition(number), 3);
                assertThat(recordsOf(nodes.get(1), topic.partition(number))).isEqualTo(4);
            }

            Tailrace back = cluster.start(cluster.seed(2));
            for (int number = 0; number < 6; number++) {
                append(back, topic.partition(number), 4);
                assertThat(recordsOf(back, topic.partition(number))).isEqualTo(5);
            }
            await().atMost(PATIENCE).untilAsserted(() -> {
                for (int number = 0; number < 6; number++) {
                    Partition.Description description = join(back.partitions().describe(topic.partition(number)));
                    assertThat(description.replicas())
                            .hasSize(3)
                            .allMatch(replica -> replica.endOffset() == description.endOffset());
                }
            });
        }
    }
}
