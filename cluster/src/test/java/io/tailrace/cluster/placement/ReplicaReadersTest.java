package io.tailrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.Nomination;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.ReplicaHome;
import io.tailrace.engine.replication.Replicas;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica is read whoever leads, up to its own high watermark (log-safety rule 21). */
class ReplicaReadersTest {
    private static final PartitionId PARTITION = new PartitionId(new UUID(1, 1), 0);

    @TempDir
    Path directory;

    private PromiseJournal promises;
    private Replicas replicas;
    private PartitionReader reader;

    @BeforeEach
    void open() {
        DiskFileStore files = new DiskFileStore();
        promises = PromiseJournal.open(files, directory, true);
        replicas = new Replicas(
                ReplicaHome.alone("node", files, promises, FlushMode.OS, InstantSource.system(), Runnable::run),
                directory.resolve("partitions"));
        reader = new ReplicaReaders(replicas, Runnable::run).reader(PARTITION);
    }

    @AfterEach
    void close() {
        reader.close();
        replicas.close();
        promises.close();
    }

    private Replica replica() {
        return replicas.open(PARTITION.text(), LogSettings.DEFAULTS);
    }

    private static RecordBatch batch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(0, null, new byte[10]);
        return builder.build();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static ErrorCode code(CompletionStage<?> stage) {
        Throwable failure = Failures.cause(catchThrowable(() ->
                stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join()));
        return ((TailraceException) failure).code();
    }

    @Test
    void whatIsNotOpenIsUnavailable() {
        assertThat(code(reader.fetch(0, 100))).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }

    @Test
    void aReplicaThatKnowsNoHighWatermarkYetServesNobody() {
        replica();
        assertThat(code(reader.fetch(0, 100))).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        assertThat(code(reader.offsets())).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }

    @Test
    void anOffsetAboveTheHighWatermarkIsNotYetThereOnAFollowerAndNowhereOnTheLeader() {
        PartitionId followed = new PartitionId(UUID.randomUUID(), 0);
        ReplicaId self = new ReplicaId("node", "one");
        replicas.create(followed.text(), self, new Voters(List.of(self, new ReplicaId("elsewhere", "two")), 0));
        replicas.open(followed.text(), LogSettings.DEFAULTS);
        PartitionReader follower = new ReplicaReaders(replicas, Runnable::run).reader(followed);
        assertThat(code(follower.fetch(5, 100))).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        join(replica().lead(Nomination.AT_ANY_PRICE));
        assertThat(code(reader.fetch(5, 100))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void atItsHighWatermarkAFetchWaitsOnAFollowerToo() {
        Leadership leadership = join(replica().lead(Nomination.AT_ANY_PRICE));
        CompletableFuture<Fetched> parked = reader.fetch(0, 100).toCompletableFuture();
        assertThat(parked).isNotDone();
        leadership
                .append(List.of(new PlacedBatch(batch(), 0, leadership.epoch(), -1)))
                .toCompletableFuture()
                .join();
        assertThat(parked.join().highWatermark()).isEqualTo(1);
    }
}
