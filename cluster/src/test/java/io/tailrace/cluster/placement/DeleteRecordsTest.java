package io.tailrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records and topics go, as the storeys above see it. */
class DeleteRecordsTest {
    @TempDir
    static Path data;

    private static Tailrace node;
    private static int topics;

    @BeforeAll
    static void start() {
        node = Tailrace.start(data);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static TailraceException failure(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        assertThat(cause).isInstanceOf(TailraceException.class);
        assertThat(cause.getMessage()).isNotBlank().doesNotContain("\n");
        return (TailraceException) cause;
    }

    private static ErrorCode code(CompletionStage<?> stage) {
        return failure(() -> join(stage)).code();
    }

    private static RecordBatch batch(String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        for (String value : values) {
            builder.append(1000, null, value.getBytes(StandardCharsets.UTF_8), Headers.EMPTY);
        }
        return builder.build();
    }

    private static Topic topic() {
        return join(node.topics().create(NewTopic.of("t" + topics++, 1)));
    }

    private static PartitionId filled() {
        PartitionId partition = topic().partition(0);
        join(node.partitions().append(partition, batch("a", "b", "c", "d")));
        return partition;
    }

    private static CompletionStage<OffsetRange> delete(PartitionId partition, long before) {
        return node.partitions().deleteRecords(partition, before);
    }

    @Test
    void readersSeeTheNewStartAtOnceAndWhatIsBelowNamesIt() {
        PartitionId partition = filled();
        try (PartitionReader reader = node.partitions().reader(partition)) {
            assertThat(join(reader.fetch(0, 1 << 20)).batches().hasRemaining()).isTrue();
            assertThat(join(delete(partition, 2))).isEqualTo(new OffsetRange(2, 5));
            assertThat(join(reader.offsets())).isEqualTo(new OffsetRange(2, 5));
            assertThat(failure(() -> join(reader.fetch(1, 1 << 20))))
                    .isInstanceOfSatisfying(OffsetOutOfRangeException.class, gone -> {
                        assertThat(gone.startOffset()).isEqualTo(2);
                        assertThat(gone.endOffset()).isEqualTo(5);
                        assertThat(gone).hasMessageContaining("has 2 to 5");
                    });
            // The batch comes whole: who decodes it steps over what lies below.
            assertThat(RecordBatch.at(join(reader.fetch(2, 1 << 20)).batches()).baseOffset())
                    .isZero();
            assertThat(join(delete(partition, -1))).isEqualTo(new OffsetRange(5, 6));
            assertThat(join(delete(partition, 3))).isEqualTo(new OffsetRange(5, 6));
            assertThat(code(delete(partition, 7))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(code(delete(partition, -3))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
            assertThat(join(node.partitions().append(partition, batch("e"))).baseOffset())
                    .isEqualTo(6);
        }
    }

    @Test
    void aParkedReaderDoesNotMindADeletionBehindIt() {
        PartitionId partition = filled();
        try (PartitionReader reader = node.partitions().reader(partition)) {
            CompletableFuture<Fetched> parked = reader.fetch(4, 1 << 20).toCompletableFuture();
            join(delete(partition, -1));
            // What comes is the entry that moved the start, which everybody steps over.
            RecordBatch entry = RecordBatch.at(join(parked).batches());
            assertThat(entry.isControl()).isTrue();
            CompletableFuture<Fetched> next =
                    reader.fetch(entry.nextOffset(), 1 << 20).toCompletableFuture();
            assertThat(next).isNotDone();
            join(node.partitions().append(partition, batch("e")));
            assertThat(RecordBatch.at(join(next).batches()).baseOffset()).isEqualTo(5);
        }
    }

    @Test
    void whoReadsOrWritesADeletedTopicHearsSo() {
        Topic topic = topic();
        PartitionId partition = topic.partition(0);
        join(node.partitions().append(partition, batch("a")));
        try (PartitionReader reader = node.partitions().reader(partition)) {
            CompletableFuture<Fetched> parked = reader.fetch(1, 1 << 20).toCompletableFuture();
            join(node.topics().delete(topic.name()));
            assertThat(code(parked)).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            assertThat(code(reader.fetch(0, 1 << 20))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            assertThat(code(reader.offsets())).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            assertThat(code(reader.offsetForTime(0))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            await().untilAsserted(() -> assertThat(code(node.partitions().append(partition, batch("b"))))
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC));
            await().untilAsserted(() -> assertThat(code(delete(partition, -1))).isEqualTo(ErrorCode.UNKNOWN_TOPIC));
        }
    }

    @Test
    void nothingIsDeletedFromAPartitionThatNeverWas() {
        assertThat(code(delete(new PartitionId(UUID.randomUUID(), 0), -1))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
    }
}
