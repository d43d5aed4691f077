package io.tailrace.cluster.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.link.Lane;
import io.tailrace.cluster.link.LinkCounters;
import io.tailrace.cluster.link.LinkIdentity;
import io.tailrace.cluster.link.Links;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.replication.LinkedNode;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that holds the partitions, and a reader in another actor system that reaches it by links only. */
class RemoteReadersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SERVER = "server";
    private static final int PENDING_BYTES = 1 << 20;
    private static final int MAX_READERS = 50;
    /** Not so long ago that retention would let records go. */
    private static final long START = System.currentTimeMillis() - 60_000;

    @TempDir
    static Path data;

    private static Tailrace node;
    private static int topics;

    private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();
    private Links server;
    private LinkedNode client;
    private RemoteReaders readers;

    @BeforeAll
    static void startNode() {
        node = Tailrace.start(data);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @BeforeEach
    void start() {
        client = new LinkedNode("client", addresses, LinkedNode.settings(""));
        readers = RemoteReaders.over(client.links(), ForkJoinPool.commonPool());
        serve();
    }

    private void serve() {
        server = join(Links.start(
                node.system().classicSystem(),
                new LinkIdentity("test-cluster", SERVER),
                LinkedNode.settings(""),
                Optional.empty(),
                peer -> Optional.empty(),
                Map.of(Lane.READS, new ReadServer(node.partitions()::reader, PENDING_BYTES, MAX_READERS)),
                new LinkCounters()));
        addresses.put(SERVER, server.localAddress());
    }

    @AfterEach
    void stop() {
        join(server.stop());
        client.close();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static TailraceException failure(CompletionStage<?> stage) {
        Throwable thrown = Failures.cause(catchThrowable(() -> join(stage)));
        assertThat(thrown).isInstanceOf(TailraceException.class);
        return (TailraceException) thrown;
    }

    private static PartitionId partition() {
        return join(node.topics().create(NewTopic.of("t" + topics++, 1))).partition(0);
    }

    /**
     * Appends a record.
     *
     * @param millis of its timestamp, behind {@link #START}
     */
    private static void append(PartitionId partition, long millis, int bytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, bytes + 200);
        builder.append(START + millis, null, new byte[bytes]);
        join(node.partitions().append(partition, builder.build()));
    }

    private PartitionReader reader(PartitionId partition) {
        return readers.reader(SERVER, partition);
    }

    @Test
    void whatIsReadFromAfarIsWhatIsReadHere() {
        PartitionId partition = partition();
        append(partition, 1000, 10);
        append(partition, 2000, 20);
        append(partition, 3000, 30);
        try (PartitionReader afar = reader(partition);
                PartitionReader here = node.partitions().reader(partition)) {
            Fetched fetched = join(afar.fetch(1, 1 << 20));
            assertThat(fetched.highWatermark()).isEqualTo(3);
            assertThat(fetched.batches()).isEqualTo(join(here.fetch(1, 1 << 20)).batches());
            assertThat(fetched.batches().hasArray()).isTrue();
            assertThat(RecordBatch.at(fetched.batches()).records(1 << 20)).hasSize(1);
            assertThat(join(afar.offsets())).isEqualTo(new OffsetRange(0, 3));
            assertThat(join(afar.offsetForTime(START + 1500))).isEqualTo(OptionalLong.of(1));
            assertThat(join(afar.offsetForTime(START + 9999))).isEmpty();
        }
    }

    @Test
    void atTheTailAFetchWaitsForWhatIsCommittedNext() {
        PartitionId partition = partition();
        append(partition, 1000, 10);
        try (PartitionReader reader = reader(partition)) {
            CompletableFuture<Fetched> parked = reader.fetch(1, 1 << 20).toCompletableFuture();
            assertThat(join(reader.offsets()).endOffset()).isEqualTo(1);
            assertThat(parked).isNotDone();
            append(partition, 2000, 10);
            assertThat(RecordBatch.at(join(parked).batches()).baseOffset()).isEqualTo(1);
        }
    }

    @Test
    void errorsAreThoseOfAReaderHere() {
        PartitionId partition = partition();
        append(partition, 1000, 10);
        try (PartitionReader reader = reader(partition)) {
            assertThat(failure(reader.fetch(7, 100))).isInstanceOfSatisfying(OffsetOutOfRangeException.class, e -> {
                assertThat(e.startOffset()).isZero();
                assertThat(e.endOffset()).isEqualTo(1);
            });
            assertThat(join(reader.fetch(0, 100)).highWatermark()).isEqualTo(1);
        }
        assertThat(failure(reader(new PartitionId(UUID.randomUUID(), 0)).offsets())
                        .code())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC);
    }

    @Test
    void whoWaitsHearsThatTheTopicIsGone() {
        PartitionId partition = partition();
        String topic = "t" + (topics - 1);
        append(partition, 1000, 10);
        try (PartitionReader reader = reader(partition)) {
            CompletableFuture<Fetched> parked = reader.fetch(1, 100).toCompletableFuture();
            join(reader.offsets());
            join(node.topics().delete(topic));
            assertThat(failure(parked).code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        }
    }

    @Test
    void closingEndsAFetchThatWaitsAndTheReaderThere() {
        PartitionId partition = partition();
        for (int i = 0; i < 3 * MAX_READERS; i++) {
            PartitionReader reader = reader(partition);
            CompletableFuture<Fetched> parked = reader.fetch(0, 100).toCompletableFuture();
            reader.close();
            assertThat(failure(parked).code()).isEqualTo(ErrorCode.CLOSED);
            assertThat(failure(reader.fetch(0, 100)).code()).isEqualTo(ErrorCode.CLOSED);
        }
        // None of them counts any more.
        assertThat(join(reader(partition).offsets())).isEqualTo(new OffsetRange(0, 0));
        assertThat(readers.underWay()).isZero();
    }

    @Test
    void moreReadersThanAllowedAreRefusedByName() {
        PartitionId partition = partition();
        for (int i = 0; i < MAX_READERS; i++) {
            join(reader(partition).offsets());
        }
        assertThat(failure(reader(partition).offsets()).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void manyReadersShareWhatMayBeOnTheWay() {
        PartitionId partition = partition();
        for (int i = 0; i < 20; i++) {
            append(partition, 1000 + i, 500_000);
        }
        List<CompletableFuture<Fetched>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(reader(partition).fetch(i, 5 << 20).toCompletableFuture());
        }
        for (int i = 0; i < 20; i++) {
            Fetched fetched = join(all.get(i));
            assertThat(RecordBatch.at(fetched.batches()).baseOffset()).isEqualTo(i);
            assertThat(fetched.batches().remaining()).isLessThanOrEqualTo(PENDING_BYTES);
        }
    }

    @Test
    void whenTheWayBreaksWhoAskedHearsItAndMayAskAgain() {
        PartitionId partition = partition();
        append(partition, 1000, 10);
        try (PartitionReader reader = reader(partition)) {
            CompletableFuture<Fetched> parked = reader.fetch(1, 100).toCompletableFuture();
            join(reader.offsets());
            join(server.stop());
            assertThat(failure(parked).code()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
            serve();
            await().atMost(PATIENCE)
                    .until(() ->
                            join(reader.offsets().handle((range, failure) -> range != null && range.endOffset() == 1)));
        }
    }

    @Test
    void aNodeThatIsNotThereIsUnavailable() {
        assertThat(failure(readers.reader("nobody", partition()).fetch(0, 100)).code())
                .isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }
}
