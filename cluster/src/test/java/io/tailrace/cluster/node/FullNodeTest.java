package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that may not write another byte, beside two that may. */
class FullNodeTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int PARTITIONS = 9;

    @TempDir
    Path data;

    private static RecordBatch batch(int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(System.currentTimeMillis(), null, new byte[10]);
        return builder.producer(7, (short) 0, sequence).build();
    }

    @Test
    void othersLeadWhatANodeWithoutRoomWouldLead() throws Exception {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = cluster.startAll(
                    cluster.seed(0),
                    ConfigFactory.parseString("tailrace.min-free-bytes = 4000 PiB")
                            .withFallback(cluster.seed(1)),
                    cluster.seed(2));
            Tailrace node = nodes.get(0);
            Topic topic = node.topics()
                    .create(NewTopic.of("t", PARTITIONS))
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
            for (int number = 0; number < PARTITIONS; number++) {
                PartitionId partition = topic.partition(number);
                await().atMost(PATIENCE).until(() -> isAppended(node, partition));
            }
            Tailrace full = LocalCluster.present(nodes.get(1));
            for (int number = 0; number < PARTITIONS; number++) {
                assertThat(((Node) full).isLedHere(topic.partition(number))).isFalse();
            }
        }
    }

    /** Again and again the same batch of the same producer. */
    private static boolean isAppended(Tailrace node, PartitionId partition) {
        return node.partitions()
                .append(partition, batch(0))
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .handle((appended, refused) -> refused == null)
                .join();
    }
}
