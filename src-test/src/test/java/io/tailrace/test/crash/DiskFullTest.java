package io.tailrace.test.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real disk, small, that fills twenty times while a producer writes: it is refused by name, goes on by itself when there is room,
 * and nothing acknowledged is lost or doubled. Needs the right to mount a tmpfs; is skipped without.
 */
class DiskFullTest {
    private static final long SEED = 20_261_121;
    private static final int ROUNDS = 20;
    private static final int VOLUME_MIB = 96;
    private static final int REFUSALS_PER_ROUND = 3;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path mountPoint;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=" + VOLUME_MIB + "m", "tmpfs", mountPoint.toString()) == 0;
        assumeTrue(mounted, "no right to mount a tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", mountPoint.toString())).isZero();
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** With a floor the node refuses before the disk is full; without one every write may fail at any byte. */
    @ParameterizedTest
    @ValueSource(ints = {8, 0})
    void nothingAcknowledgedIsLostAndItResumesByItself(int floorMib) throws Exception {
        Random random = new Random(SEED);
        Map<Integer, Long> acknowledged = new TreeMap<>();
        PartitionId partition;
        try (Tailrace node = start(floorMib)) {
            partition = node.topics()
                    .create(NewTopic.of("t", 1))
                    .toCompletableFuture()
                    .join()
                    .partition(0);
            for (int round = 0; round < ROUNDS; round++) {
                appendSome(node, partition, acknowledged, 5 + random.nextInt(20));
                Path ballast = fill();
                awaitRefusals(node, partition, acknowledged, random);
                Files.delete(ballast);
                appendSome(node, partition, acknowledged, 1);
            }
        }
        try (Tailrace node = start(floorMib)) {
            assertThat(read(node, partition)).as("seed %d", SEED).isEqualTo(acknowledged);
        }
    }

    private Tailrace start(int floorMib) {
        return Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                mountPoint.resolve("data").toString(),
                "tailrace.min-free-bytes",
                floorMib + " MiB",
                "pekko.loglevel",
                "ERROR")));
    }

    /** Takes all the room there is, but for what a slow deletion may give back meanwhile. */
    private Path fill() throws IOException {
        Path ballast = mountPoint.resolve("ballast");
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space");
        }
        return ballast;
    }

    private static void appendSome(Tailrace node, PartitionId partition, Map<Integer, Long> acknowledged, int batches) {
        for (int i = 0; i < batches; i++) {
            appendUntilStored(node, partition, acknowledged, 1 << 14);
        }
    }

    /** Sends the next batch again and again, as an idempotent producer does, until it is stored. */
    private static void appendUntilStored(
            Tailrace node, PartitionId partition, Map<Integer, Long> acknowledged, int bytes) {
        int sequence = acknowledged.size();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                acknowledged.put(sequence, append(node, partition, sequence, bytes));
                return;
            } catch (TailraceException refused) {
                assertThat(refused.code().retriable()).as(refused.toString()).isTrue();
                assertThat(System.nanoTime()).as(refused.toString()).isLessThan(deadline);
            }
        }
    }

    private static void awaitRefusals(
            Tailrace node, PartitionId partition, Map<Integer, Long> acknowledged, Random random) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        int refusals = 0;
        while (refusals < REFUSALS_PER_ROUND) {
            assertThat(System.nanoTime()).as("waited for refusals").isLessThan(deadline);
            try {
                int sequence = acknowledged.size();
                acknowledged.put(sequence, append(node, partition, sequence, 1 << (10 + random.nextInt(8))));
            } catch (TailraceException refused) {
                assertThat(refused.code())
                        .as(refused.toString())
                        .isIn(ErrorCode.DISK_FULL, ErrorCode.OUTCOME_UNKNOWN, ErrorCode.PARTITION_UNAVAILABLE);
                refusals += refused.code() == ErrorCode.DISK_FULL ? 1 : 0;
            }
        }
    }

    private static long append(Tailrace node, PartitionId partition, int sequence, int bytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        byte[] value = new byte[bytes];
        ByteBuffer.wrap(value).putInt(sequence);
        builder.append(System.currentTimeMillis(), null, value);
        RecordBatch batch = builder.producer(77, (short) 0, sequence).build();
        try {
            return node.partitions()
                    .append(partition, batch)
                    .toCompletableFuture()
                    .join()
                    .baseOffset();
        } catch (CompletionException e) {
            throw (TailraceException) e.getCause();
        }
    }

    private static Map<Integer, Long> read(Tailrace node, PartitionId partition) {
        Map<Integer, Long> found = new TreeMap<>();
        try (PartitionReader reader = node.partitions().reader(partition)) {
            long end = reader.offsets().toCompletableFuture().join().endOffset();
            for (long offset = 0; offset < end; ) {
                Fetched fetched =
                        reader.fetch(offset, 1 << 20).toCompletableFuture().join();
                ByteBuffer bytes = fetched.batches();
                while (bytes.hasRemaining()) {
                    RecordBatch batch = RecordBatch.at(bytes);
                    bytes.position(bytes.position() + batch.sizeInBytes());
                    offset = batch.baseOffset() + batch.lastOffsetDelta() + 1;
                    for (RecordCursor record = batch.cursor(1 << 20); !batch.isControl() && record.next(); ) {
                        int sequence = ByteBuffer.wrap(record.array()).getInt(record.valueAt());
                        assertThat(found.put(sequence, record.offset()))
                                .as("stored twice: %d", sequence)
                                .isNull();
                    }
                }
            }
        }
        return found;
    }
}
