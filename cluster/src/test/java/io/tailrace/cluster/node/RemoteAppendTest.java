package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches on their way to a leader on another node. */
class RemoteAppendTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int FRAME = 18 * MEBIBYTE;

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
    }

    /** Of exactly that size. */
    private static RecordBatch batchOf(int bytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, bytes + 200);
        builder.append(System.currentTimeMillis(), null, new byte[bytes - 80]);
        return builder.build();
    }

    /** A node on which that partition is led, or is not. */
    private static Partitions partitions(List<Tailrace> nodes, PartitionId partition, boolean ofLeader) {
        String leader = join(nodes.get(0).partitions().describe(partition)).nodeId();
        return nodes.stream()
                .filter(node -> ofLeader
                        == ((Node) LocalCluster.present(node))
                                .members()
                                .self()
                                .nodeId()
                                .equals(leader))
                .findFirst()
                .orElseThrow()
                .partitions();
    }

    @Test
    void batchesOfAnySizeThatATopicTakesArriveAndLargerOnesAreRefusedByName() {
        try (LocalCluster cluster = new LocalCluster(data, 2)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1));
            Node host = (Node) LocalCluster.present(nodes.get(0));
            await().atMost(Duration.ofSeconds(40)).until(host::ready);
            PartitionId partition = join(host.topics()
                            .create(NewTopic.of("t", 1)
                                    .withSettings(TopicSettings.DEFAULT.with(
                                            Map.of("max.message.bytes", Integer.toString(64 * MEBIBYTE))))))
                    .partition(0);
            Partitions afar = partitions(nodes, partition, false);
            long offset = 0;
            for (int bytes : new int[] {100, 300_000, MEBIBYTE, FRAME - 100_000}) {
                assertThat(join(afar.append(partition, batchOf(bytes))).baseOffset())
                        .as("%d bytes", bytes)
                        .isEqualTo(offset++);
            }
            RecordBatch larger = batchOf(FRAME);
            assertThat(Failures.named(catchThrowable(() -> join(afar.append(partition, larger))))
                            .code())
                    .isEqualTo(ErrorCode.RECORD_TOO_LARGE);
            assertThat(join(partitions(nodes, partition, true).append(partition, larger))
                            .baseOffset())
                    .isEqualTo(offset);
        }
    }
}
