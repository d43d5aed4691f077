package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicCatalog;
import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.PromiseJournal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue as a node's users meet it: what it answers, what survives, what becomes of the files. */
class TopicsTest {
    @TempDir
    Path data;

    private Config config(String... settings) {
        return ConfigFactory.parseString(String.join("\n", settings))
                .withFallback(ConfigFactory.parseMap(Map.of("tailrace.data-dir", data.toString())));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static ErrorCode code(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> join(stage));
        while (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        assertThat(failure).isInstanceOf(TailraceException.class);
        return ((TailraceException) failure).code();
    }

    private static RecordBatch batch(int bytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        builder.append(System.currentTimeMillis(), null, new byte[bytes]);
        return builder.build();
    }

    private Set<String> directories() throws IOException {
        try (Stream<Path> list = Files.list(data.resolve("partitions"))) {
            return Set.copyOf(list.map(path -> path.getFileName().toString()).toList());
        }
    }

    @Test
    void topicsAreCreatedChangedAndDeletedAndSurviveARestart() {
        Topic kept;
        try (Tailrace node = Tailrace.start(config())) {
            assertThat(join(node.topics().list())).isEmpty();
            join(node.topics().create(NewTopic.of("b", 1)));
            join(node.topics()
                    .create(NewTopic.of("a", 2)
                            .withSettings(TopicSettings.DEFAULT.with(Map.of("retention.ms", "1000")))));
            assertThat(code(node.topics().create(NewTopic.of("a", 1)))).isEqualTo(ErrorCode.TOPIC_EXISTS);
            assertThat(code(node.topics().create(NewTopic.of("..", 1)))).isEqualTo(ErrorCode.INVALID_TOPIC_NAME);
            assertThat(code(node.topics().create(NewTopic.of("c", 0)))).isEqualTo(ErrorCode.INVALID_SETTING);
            assertThat(code(node.topics().describe("c"))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            assertThat(code(node.topics().describe("a/b"))).isEqualTo(ErrorCode.INVALID_TOPIC_NAME);
            assertThat(code(node.topics().delete("c"))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);

            kept = join(node.topics()
                    .alter("a", new TopicChange(OptionalInt.of(3), Map.of("segment.ms", "5"), Set.of("retention.ms"))));
            assertThat(kept.partitions()).isEqualTo(3);
            assertThat(kept.settings()).isEqualTo(TopicSettings.DEFAULT.with(Map.of("segment.ms", "5")));
            assertThat(code(node.topics().alter("a", TopicChange.partitions(2))))
                    .isEqualTo(ErrorCode.INVALID_SETTING);
            assertThat(code(node.topics().alter("a", TopicChange.set(Map.of("compression.type", "rar")))))
                    .isEqualTo(ErrorCode.INVALID_SETTING);
            join(node.topics().delete("b"));
            assertThat(join(node.topics().list())).containsExactly(kept);
        }
        try (Tailrace node = Tailrace.start(config())) {
            assertThat(join(node.topics().list())).containsExactly(kept);
            await().until(node::ready);
        }
    }

    @Test
    void aDeletedTopicsFilesGoAndItsNameIsFreeForAnotherTopic() throws IOException {
        try (Tailrace node = Tailrace.start(config())) {
            Topic first = join(node.topics().create(NewTopic.of("t", 2)));
            join(node.partitions().append(first.partition(0), batch(10)));
            try (PartitionReader reader = node.partitions().reader(first.partition(0))) {
                CompletionStage<?> parked = reader.fetch(1, 100);
                join(node.topics().delete("t"));
                assertThat(code(node.topics().describe("t"))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
                assertThat(code(parked)).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
            }
            await().untilAsserted(() -> assertThat(code(node.partitions().append(first.partition(0), batch(10))))
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC));
            await().untilAsserted(() -> assertThat(directories())
                    .noneMatch(name -> name.startsWith(first.id().toString())));

            Topic second = join(node.topics().create(NewTopic.of("t", 1)));
            assertThat(second.id()).isNotEqualTo(first.id());
            assertThat(join(node.partitions().append(second.partition(0), batch(10)))
                            .baseOffset())
                    .isZero();
        }
    }

    @Test
    void aChangedSettingReachesThePartitionsThatAreInUse() {
        try (Tailrace node = Tailrace.start(config())) {
            Topic topic = join(node.topics().create(NewTopic.of("t", 1)));
            join(node.partitions().append(topic.partition(0), batch(5000)));
            join(node.topics().alter("t", TopicChange.set(Map.of("max.message.bytes", "2000"))));
            await().untilAsserted(() -> assertThat(code(node.partitions().append(topic.partition(0), batch(5000))))
                    .isEqualTo(ErrorCode.RECORD_TOO_LARGE));
        }
    }

    @Test
    void deletedRecordsStayDeletedAfterARestart() {
        PartitionId partition;
        try (Tailrace node = Tailrace.start(config())) {
            partition = join(node.topics().create(NewTopic.of("t", 1))).partition(0);
            for (int i = 0; i < 10; i++) {
                join(node.partitions().append(partition, batch(10)));
            }
            OffsetRange left = join(node.partitions().deleteRecords(partition, 4));
            assertThat(left.startOffset()).isEqualTo(4);
            assertThat(code(node.partitions().deleteRecords(partition, 400))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            try (PartitionReader reader = node.partitions().reader(partition)) {
                assertThat(code(reader.fetch(3, 100))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            }
        }
        try (Tailrace node = Tailrace.start(config())) {
            try (PartitionReader reader = node.partitions().reader(partition)) {
                assertThat(join(reader.offsets()).startOffset()).isEqualTo(4);
            }
            long end = join(node.partitions().deleteRecords(partition, -1)).startOffset();
            assertThat(join(node.partitions().deleteRecords(partition, 4)).startOffset())
                    .isEqualTo(end);
        }
    }

    @Test
    void partitionsAreBounded() {
        try (Tailrace node = Tailrace.start(config("tailrace.catalog.max-partitions = 5"))) {
            join(node.topics().create(NewTopic.of("a", 3)));
            assertThat(code(node.topics().create(NewTopic.of("b", 3)))).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
            assertThat(code(node.topics().alter("a", TopicChange.partitions(6))))
                    .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
            join(node.topics().alter("a", TopicChange.partitions(5)));
        }
    }

    @Test
    void aDirectoryThatBelongsToNothingIsMovedAsideAndNotDeleted() throws IOException {
        Topic topic;
        try (Tailrace node = Tailrace.start(config())) {
            topic = join(node.topics().create(NewTopic.of("t", 1)));
            join(node.partitions().append(topic.partition(0), batch(10)));
        }
        String stranger = UUID.randomUUID() + "-0";
        for (String name : List.of(stranger, "lost+found", topic.id() + "-7")) {
            Files.createDirectories(data.resolve("partitions").resolve(name));
            Files.writeString(data.resolve("partitions").resolve(name).resolve("file"), "precious");
        }
        try (Tailrace node = Tailrace.start(config())) {
            assertThat(directories()).doesNotContain(stranger, "lost+found", topic.id() + "-7");
            assertThat(directories()).contains(topic.id() + "-0");
            assertThat(node.dataDirectory()
                            .resolve("quarantine")
                            .resolve(stranger)
                            .resolve("file"))
                    .hasContent("precious");
        }
    }

    @Test
    void aDataDirectoryOfVersion1IsTakenOver() throws IOException {
        DiskFileStore files = new DiskFileStore();
        UUID id = UUID.randomUUID();
        String topics =
                "[{\"name\":\"old\",\"id\":\"" + id + "\",\"partitions\":2,\"settings\":{\"maxMessageBytes\":5000,"
                        + "\"segmentBytes\":2097152,\"segmentMillis\":77,\"timestampType\":\"LOG_APPEND_TIME\"}}]";
        ByteBuffer node = ByteBuffer.allocate(16).putLong(1).putLong(2).flip();
        CheckedFile.write(files, data.resolve("tailrace.node"), 0x54524449, 1, node);
        CheckedFile.write(
                files,
                data.resolve("catalog"),
                0x54524354,
                1,
                ByteBuffer.wrap(topics.getBytes(StandardCharsets.UTF_8)));
        Files.createDirectories(data.resolve("partitions").resolve(id + "-0"));
        for (int start = 0; start < 2; start++) {
            try (Tailrace tailrace = Tailrace.start(config())) {
                Topic topic = join(tailrace.topics().describe("old"));
                assertThat(topic.id()).isEqualTo(id);
                assertThat(topic.partitions()).isEqualTo(2);
                assertThat(topic.settings())
                        .isEqualTo(TopicSettings.DEFAULT.with(Map.of(
                                "max.message.bytes", "5000",
                                "segment.bytes", "2097152",
                                "segment.ms", "77",
                                "message.timestamp.type", "LogAppendTime",
                                "retention.ms", "-1")));
                assertThat(directories()).contains(id + "-0");
            }
        }
    }

    @Test
    void promisesOfADirectoryOfVersion2AreTakenOver() throws IOException {
        PartitionId partition;
        try (Tailrace node = Tailrace.start(config())) {
            partition = join(node.topics().create(NewTopic.of("t", 1))).partition(0);
            join(node.partitions().append(partition, batch(10)));
        }
        // As a node of version 2 leaves it: a promise beside each log, and no journal.
        DiskFileStore files = new DiskFileStore();
        UUID id = NodeFile.read(files, data.resolve("tailrace.node")).nodeId();
        ByteBuffer node = ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip();
        CheckedFile.write(files, data.resolve("tailrace.node"), 0x54524449, 2, node);
        for (String name : directories()) {
            CheckedFile.write(
                    files,
                    promise(name),
                    0x54525052,
                    1,
                    ByteBuffer.allocate(20).putInt(41).rewind());
        }
        deleteJournal();
        for (int start = 0; start < 2; start++) {
            try (Tailrace tailrace = Tailrace.start(config())) {
                join(tailrace.partitions().append(partition, batch(10)));
                assertThat(promise(partition.text())).doesNotExist();
                assertThat(data.resolve("promises-0")).exists();
                assertThat(ByteBuffer.wrap(Files.readAllBytes(data.resolve("tailrace.node")))
                                .getInt(4))
                        .isEqualTo(4);
            }
        }
        assertThat(PromiseJournal.open(files, data, false)
                        .stored(partition.text())
                        .epoch())
                .isEqualTo(43);
    }

    private Path promise(String partition) {
        return data.resolve("partitions").resolve(partition).resolve("promise");
    }

    private void deleteJournal() throws IOException {
        for (String name : PromiseJournal.fileNames()) {
            Files.delete(data.resolve(name));
        }
    }

    @Test
    void aDamagedPromiseOfVersion2KeepsItsPartitionClosedAndUntouched() throws IOException {
        PartitionId partition;
        try (Tailrace node = Tailrace.start(config())) {
            partition = join(node.topics().create(NewTopic.of("t", 1))).partition(0);
        }
        byte[] damaged = new byte[32];
        Files.createDirectories(promise(partition.text()).getParent());
        Files.write(promise(partition.text()), damaged);
        try (Tailrace node = Tailrace.start(config())) {
            assertThat(code(node.partitions().append(partition, batch(10)))).isEqualTo(ErrorCode.CORRUPT_LOG);
        }
        assertThat(Files.readAllBytes(promise(partition.text()))).isEqualTo(damaged);
    }

    @Test
    void lostPromisesStopTheNodeRatherThanBeGivenTwice() throws IOException {
        Tailrace.start(config()).close();
        deleteJournal();
        Throwable failure = catchThrowable(() -> Tailrace.start(config()).close());
        assertThat(failure).isInstanceOf(TailraceException.class).hasMessageContaining("promises");
        assertThat(((TailraceException) failure).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
        assertThat(data.resolve("promises-0")).doesNotExist();
    }

    @Test
    void aDamagedCatalogueStopsTheNodeRatherThanLoseATopic() throws IOException {
        try (Tailrace node = Tailrace.start(config())) {
            join(node.topics().create(NewTopic.of("t", 1)));
        }
        Path log = data.resolve("partitions")
                .resolve(TopicCatalog.PARTITION.text())
                .resolve("00000000000000000000.log");
        byte[] good = Files.readAllBytes(log);
        byte[] bad = good.clone();
        bad[good.length / 2] ^= 1;
        Files.write(log, bad);
        Files.delete(log.resolveSibling("clean-stop"));
        Throwable failure = catchThrowable(() -> Tailrace.start(config()).close());
        assertThat(failure).isInstanceOf(TailraceException.class);
        assertThat(((TailraceException) failure).code()).isIn(ErrorCode.CORRUPT_LOG, ErrorCode.CATALOG_UNAVAILABLE);
        assertThat(Files.readAllBytes(log)).isEqualTo(bad);
        Files.write(log, good);
        try (Tailrace node = Tailrace.start(config())) {
            assertThat(join(node.topics().list())).hasSize(1);
        }
    }
}
