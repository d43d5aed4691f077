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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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

    /** A batch of that codec, as large as it is to become. */
    private static RecordBatch packed(Compression codec, int valueBytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, Integer.MAX_VALUE);
        builder.append(System.currentTimeMillis(), null, new byte[valueBytes]);
        return builder.build();
    }

    /** With its checksum right, and not with its records. */
    private static RecordBatch broken() {
        RecordBatch good = packed(Compression.NONE, 100);
        ByteBuffer bytes = ByteBuffer.allocate(good.sizeInBytes()).put(good.bytes());
        bytes.put(RecordBatch.HEADER_BYTES, (byte) 3);
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(21, bytes.capacity() - 21));
        return RecordBatch.at(bytes.putInt(17, (int) crc.getValue()).rewind());
    }

    private List<ByteBuffer> segments(PartitionId partition) {
        try (Stream<Path> files = Files.walk(data)) {
            List<ByteBuffer> segments = new ArrayList<>();
            for (Path file : files.filter(each -> each.endsWith(Path.of(partition.text(), "00000000000000000000.log")))
                    .toList()) {
                segments.add(ByteBuffer.wrap(Files.readAllBytes(file)));
            }
            return segments;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Compression> codecs(ByteBuffer segment) {
        List<Compression> codecs = new ArrayList<>();
        for (ByteBuffer rest = segment.duplicate(); rest.hasRemaining(); ) {
            RecordBatch batch = RecordBatch.at(rest);
            if (!batch.isControl()) {
                codecs.add(batch.compression());
            }
            rest.position(rest.position() + batch.sizeInBytes());
        }
        return codecs;
    }

    @Test
    void whatComesFromAnotherNodeIsGoneThroughAndCompressedOnceForAllReplicas() {
        try (LocalCluster cluster = new LocalCluster(data, 2)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1));
            Node host = (Node) LocalCluster.present(nodes.get(0));
            await().atMost(Duration.ofSeconds(40)).until(host::ready);
            PartitionId partition = join(host.topics()
                            .create(new NewTopic(
                                    "t", 1, 2, TopicSettings.DEFAULT.with(Map.of("compression.type", "zstd")))))
                    .partition(0);
            Partitions afar = partitions(nodes, partition, false);
            for (Compression codec : Compression.values()) {
                join(afar.append(partition, packed(codec, 10_000)));
            }
            RecordBatch bomb = packed(Compression.ZSTD, RecordBatch.MAX_UNCOMPRESSED_BYTES + 1);
            assertThat(code(afar.append(partition, bomb))).isEqualTo(ErrorCode.DECOMPRESSION_LIMIT);
            assertThat(code(afar.append(partition, broken()))).isEqualTo(ErrorCode.CORRUPT_BATCH);
            await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
                List<ByteBuffer> replicas = segments(partition);
                assertThat(replicas).hasSize(2);
                assertThat(replicas.get(0)).isEqualTo(replicas.get(1));
                assertThat(codecs(replicas.get(0)))
                        .isEqualTo(Collections.nCopies(Compression.values().length, Compression.ZSTD));
            });
        }
    }

    private static ErrorCode code(CompletionStage<?> stage) {
        return Failures.named(catchThrowable(() -> join(stage))).code();
    }
}
