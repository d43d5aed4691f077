package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailraceTest {
    /** Records as old as their timestamps would be let go. */
    private static final long TIME = System.currentTimeMillis();

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static TailraceException failure(ThrowingCallable call) {
        Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(call);
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        assertThat(cause).isInstanceOf(TailraceException.class);
        assertThat(cause.getMessage()).isNotBlank().doesNotContain("\n");
        return (TailraceException) cause;
    }

    private static RecordBatch batch(String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        long timestamp = TIME;
        for (String value : values) {
            builder.append(timestamp++, null, value.getBytes(StandardCharsets.UTF_8), Headers.EMPTY);
        }
        return builder.build();
    }

    private static void closeEarly(PartitionReader reader) {
        reader.close();
    }

    private static List<String> values(Fetched fetched) {
        List<String> values = new ArrayList<>();
        ByteBuffer bytes = fetched.batches();
        while (bytes.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(bytes);
            bytes.position(bytes.position() + batch.sizeInBytes());
            if (batch.isControl()) {
                continue;
            }
            for (RecordCursor record = batch.cursor(1 << 20); record.next(); ) {
                values.add(record.offset() + ":"
                        + new String(record.array(), record.valueAt(), record.valueSize(), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    @Test
    void whatWasAcknowledgedIsThereAfterARestart() {
        try (Tailrace node = Tailrace.start(data)) {
            Topic topic = join(node.topics().create(NewTopic.of("t", 2)));
            assertThat(join(node.partitions().append(topic.partition(0), batch("a", "b")))
                            .baseOffset())
                    .isZero();
            assertThat(join(node.partitions().append(topic.partition(1), batch("c")))
                            .baseOffset())
                    .isZero();
        }
        try (Tailrace node = Tailrace.start(data)) {
            Topic topic = join(node.topics().describe("t"));
            try (PartitionReader reader = node.partitions().reader(topic.partition(0))) {
                assertThat(values(join(reader.fetch(0, 1 << 20)))).containsExactly("0:a", "1:b");
                assertThat(join(reader.offsets())).isEqualTo(new OffsetRange(0, 3));
                assertThat(join(node.partitions().append(topic.partition(0), batch("d")))
                                .baseOffset())
                        .isEqualTo(3);
                assertThat(values(join(reader.fetch(3, 1 << 20)))).containsExactly("3:d");
            }
        }
    }

    @Test
    void aReaderAtTheTailParksUntilSomethingIsCommitted() {
        try (Tailrace node = Tailrace.start(data)) {
            PartitionId partition =
                    join(node.topics().create(NewTopic.of("t", 1))).partition(0);
            try (PartitionReader reader = node.partitions().reader(partition)) {
                assertThat(join(reader.offsets())).isEqualTo(new OffsetRange(0, 0));
                CompletableFuture<Fetched> parked = reader.fetch(0, 1 << 20).toCompletableFuture();
                assertThat(parked).isNotDone();
                join(node.partitions().append(partition, batch("a")));
                assertThat(values(join(parked))).containsExactly("0:a");
                CompletableFuture<Fetched> closed = reader.fetch(1, 1 << 20).toCompletableFuture();
                closeEarly(reader);
                assertThat(failure(closed::join).code()).isEqualTo(ErrorCode.CLOSED);
            }
        }
    }

    @Test
    void anOffsetThatIsNotThereIsAnErrorAndNeverAJump() {
        try (Tailrace node = Tailrace.start(data)) {
            PartitionId partition =
                    join(node.topics().create(NewTopic.of("t", 1))).partition(0);
            join(node.partitions().append(partition, batch("a", "b")));
            try (PartitionReader reader = node.partitions().reader(partition)) {
                assertThat(failure(() -> join(reader.fetch(3, 100))).code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
                assertThat(failure(() -> join(reader.fetch(-1, 100))).code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
                assertThat(values(join(reader.fetch(1, 100)))).contains("1:b");
                assertThat(join(reader.offsetForTime(TIME + 1))).isEqualTo(OptionalLong.of(1));
                assertThat(join(reader.offsetForTime(TIME + 2))).isEmpty();
            }
        }
    }

    @Test
    void aPartitionThatWasNeverCreatedIsUnknown() {
        try (Tailrace node = Tailrace.start(data)) {
            PartitionId nobody = new PartitionId(UUID.randomUUID(), 0);
            assertThat(failure(() -> join(node.partitions().append(nobody, batch("a"))))
                            .code())
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            try (PartitionReader reader = node.partitions().reader(nobody)) {
                assertThat(failure(() -> join(reader.fetch(0, 100))).code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            }
        }
    }

    @Test
    void aDataDirectoryHasOneOwner() {
        try (Tailrace node = Tailrace.start(data)) {
            assertThat(failure(() -> Tailrace.start(node.dataDirectory())).code())
                    .isEqualTo(ErrorCode.DATA_DIR_IN_USE);
        }
        Tailrace.start(data).close();
    }

    @Test
    void aDataDirectoryOfAnotherVersionIsNotTouched() throws IOException {
        Tailrace.start(data).close();
        Path file = data.resolve("tailrace.node");
        byte[] newer = Files.readAllBytes(file);
        ByteBuffer.wrap(newer).putInt(4, 5);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(newer, 0, newer.length - 4);
        ByteBuffer.wrap(newer).putInt(newer.length - 4, (int) crc.getValue());
        Files.write(file, newer);
        assertThat(failure(() -> Tailrace.start(data)).code()).isEqualTo(ErrorCode.DATA_DIR_VERSION);
        assertThat(Files.readAllBytes(file)).isEqualTo(newer);
        newer[newer.length - 1] ^= 1;
        Files.write(file, newer);
        assertThat(failure(() -> Tailrace.start(data)).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
    }

    @Test
    void aDataDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(data.resolve("file"), "");
        TailraceException failure = failure(() -> Tailrace.start(file.resolve("below")));
        assertThat(failure.code()).isEqualTo(ErrorCode.DATA_DIR_UNUSABLE);
        assertThat(failure).hasMessageContaining(file.toString());
    }

    @Test
    void aSettingThatIsNotUsableIsNamed() {
        assertThatThrownBy(() -> Tailrace.start(ConfigFactory.parseMap(
                        Map.of("tailrace.data-dir", data.toString(), "tailrace.flush", "sometimes"))))
                .isInstanceOf(TailraceException.class)
                .hasMessageContaining("sometimes")
                .extracting(thrown -> ((TailraceException) thrown).code())
                .isEqualTo(ErrorCode.INVALID_SETTING);
    }

    @Test
    void anApplicationsActorSystemHasOneNodeThatEndsWithIt() {
        ActorSystem application = ActorSystem.create(
                "application",
                ConfigFactory.parseMap(Map.of("tailrace.data-dir", data.toString()))
                        .withFallback(ConfigFactory.load()));
        Tailrace node = Tailrace.get(application);
        assertThat(Tailrace.get(application)).isSameAs(node);
        Topic topic = join(node.topics().create(NewTopic.of("t", 1)));
        join(node.partitions().append(topic.partition(0), batch("a")));
        application.terminate();
        join(application.getWhenTerminated());
        Tailrace.start(data).close();
    }

    @Test
    void anApplicationThatIsAClusterMemberCarriesTheNodeItself() {
        ActorSystem application = ActorSystem.create(
                "application",
                ConfigFactory.parseMap(Map.of("tailrace.data-dir", data.toString()))
                        .withFallback(ConfigFactory.load().getConfig("tailrace.actor-system"))
                        .withFallback(ConfigFactory.load()));
        Tailrace node = Tailrace.get(application);
        assertThat(node.system().classicSystem()).isSameAs(application);
        Topic topic = join(node.topics().create(NewTopic.of("t", 1)));
        join(node.partitions().append(topic.partition(0), batch("a")));
        application.terminate();
        join(application.getWhenTerminated());
        Tailrace.start(data).close();
    }
}
