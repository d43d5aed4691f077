package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cli.KafkaSegments.Said;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log export} and {@code log import} against a node that serves, with Kafka's own classes as the judge of the files. */
class LogTransferTest {
    @TempDir
    private static Path directory;

    private static ServedNode node;

    @TempDir
    private Path files;

    @BeforeAll
    static void start() {
        node = new ServedNode(directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static int run(CapturedTerminal terminal, String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--url", node.url()));
        return terminal.run(all.toArray(String[]::new));
    }

    private static CapturedTerminal ok(CapturedTerminal terminal, String... args) {
        assertThat(run(terminal, args)).as(terminal.err()).isZero();
        return terminal;
    }

    private static CapturedTerminal ok(String... args) {
        return ok(new CapturedTerminal(), args);
    }

    private static String failed(CapturedTerminal terminal, String... args) {
        assertThat(run(terminal, args)).isEqualTo(1);
        assertThat(terminal.err().lines()).hasSize(1);
        return terminal.err();
    }

    private static CapturedTerminal reading(byte[] bytes) {
        return new CapturedTerminal().reading(new ByteArrayInputStream(bytes));
    }

    private Path exported(String topic, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("log", "export", topic));
        args.addAll(List.of(more));
        byte[] bytes = ok(args.toArray(String[]::new)).outBytes();
        return Files.write(Files.createTempFile(files, topic, ".log"), bytes);
    }

    private static List<Said> withoutOffsets(List<Said> all) {
        return all.stream().map(said -> said.without("offset")).toList();
    }

    private static void produce(String topic, int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"key\":{\"data\":\"k").append(i % 5).append("\"},\"value\":");
            lines.append(i % 11 == 10 ? "null" : "{\"data\":\"value " + i + "\"}");
            lines.append(",\"timestamp\":").append(1_700_000_000_000L + i);
            lines.append(i % 2 == 0 ? ",\"headers\":[{\"name\":\"n\",\"value\":\"aGk=\"}]" : "")
                    .append("}\n");
        }
        ok(new CapturedTerminal().reading(lines.toString()), "produce", topic, "--format", "json");
    }

    @Test
    void kafkaReadsWhatIsExportedAndTheLogsOwnEntriesAreNotAmongIt() throws Exception {
        ok("topic", "create", "plain", "--set", "retention.ms=-1");
        produce("plain", 1000);
        // Which leaves an entry of the log's own, and a start in the midst of a batch.
        ok("topic", "delete-records", "plain", "--partition", "0", "--before", "17");
        produce("plain", 500);
        List<Said> all = KafkaSegments.read(exported("plain"));
        assertThat(all).hasSize(1483);
        assertThat(all.get(0)).isEqualTo(new Said(17, 1_700_000_000_017L, "k2", "value 17", ""));
        assertThat(all.get(1).headers()).isEqualTo("n=hi;");
        assertThat(all.get(1499 - 17).offset()).isEqualTo(1500);
        List<Said> some = KafkaSegments.read(exported("plain", "--from", "30", "--to", "40"));
        assertThat(some).extracting(Said::offset).containsExactly(30L, 31L, 32L, 33L, 34L, 35L, 36L, 37L, 38L, 39L);
        assertThat(failed(new CapturedTerminal(), "log", "export", "plain", "--from", "3"))
                .startsWith("error: OFFSET_OUT_OF_RANGE ");
        ok("topic", "create", "again", "--set", "retention.ms=-1");
        ok(reading(Files.readAllBytes(exported("plain"))), "log", "import", "again");
        List<Said> back = KafkaSegments.read(exported("again"));
        assertThat(withoutOffsets(back)).isEqualTo(withoutOffsets(all));
        assertThat(back.get(0).offset()).isZero();
    }

    @Test
    void allPartitionsGoIntoADirectoryAndComeBackIntoATopicMadeLikeTheirs() throws Exception {
        ok(
                "topic",
                "create",
                "many",
                "--partitions",
                "3",
                "--set",
                "retention.ms=-1",
                "--set",
                "segment.bytes=2000000");
        produce("many", 900);
        Path out = files.resolve("export");
        ok("log", "export", "many", "--dir", out.toString());
        assertThat(out.resolve("many-1/00000000000000000000.log")).exists();
        assertThat(Files.readString(out.resolve("export.json")))
                .contains("\"segment.bytes\" : \"2000000\"", "\"version\" : 1");
        assertThat(run(new CapturedTerminal(), "log", "export", "many")).isEqualTo(2);
        ok("log", "import", "copy", "--dir", out.toString());
        assertThat(ok("topic", "describe", "copy").out()).containsPattern("segment\\.bytes +2000000");
        for (int i = 0; i < 3; i++) {
            Path file = out.resolve("many-" + i + "/00000000000000000000.log");
            Path copy = exported("copy", "--partition", Integer.toString(i));
            assertThat(withoutOffsets(KafkaSegments.read(copy))).isEqualTo(withoutOffsets(KafkaSegments.read(file)));
        }
        Files.write(out.resolve("many-1/00000000000000000000.log"), new byte[] {1}, StandardOpenOption.APPEND);
        assertThat(failed(new CapturedTerminal(), "log", "import", "other", "--dir", out.toString()))
                .startsWith("error: CORRUPT_BATCH ")
                .contains("many-1", "nothing was imported");
        Files.delete(out.resolve("export.json"));
        assertThat(failed(new CapturedTerminal(), "log", "import", "other", "--dir", out.toString()))
                .contains("export.json is missing");
    }

    @Test
    void kafkasSegmentsComeInWithoutWhatWasNotCommitted() throws Exception {
        Path first = Files.write(
                files.resolve("00000000000000000000.log"),
                KafkaSegments.concat(
                        KafkaSegments.batch(Compression.gzip().build(), 0, "gzip", 40, -1, -1),
                        KafkaSegments.batch(Compression.NONE, 40, "committed", 10, 7, 0),
                        KafkaSegments.batch(Compression.lz4().build(), 50, "aborted", 10, 8, 0),
                        KafkaSegments.batch(Compression.zstd().build(), 60, "zstd", 20, -1, -1)));
        Path second = Files.write(
                files.resolve("00000000000000000080.log"),
                KafkaSegments.concat(
                        KafkaSegments.marker(80, 7, ControlRecordType.COMMIT),
                        KafkaSegments.batch(Compression.snappy().build(), 81, "aborted too", 5, 8, 10),
                        KafkaSegments.marker(86, 8, ControlRecordType.ABORT),
                        KafkaSegments.batch(Compression.NONE, 87, "committed again", 3, 8, 15),
                        KafkaSegments.marker(90, 8, ControlRecordType.COMMIT),
                        KafkaSegments.batch(Compression.NONE, 91, "open", 4, 7, 10)));
        ok("topic", "create", "kafka", "--set", "retention.ms=-1");
        CapturedTerminal told = ok("log", "import", "kafka", first.toString(), second.toString());
        assertThat(told.err())
                .isEqualTo(
                        "kafka-0: 73 records imported, 3 control batches left out, 19 records of uncommitted transactions left out.\n");
        List<Said> all = KafkaSegments.read(exported("kafka"));
        assertThat(all).hasSize(73);
        assertThat(all.get(0)).isEqualTo(new Said(0, 1_000_000, "k0", "gzip0", "h=v0;"));
        assertThat(all).extracting(Said::timestamp).isSorted();
        assertThat(all)
                .extracting(Said::value)
                .doesNotContain("aborted0", "aborted too0", "open0")
                .contains("committed0", "committed again2");
        assertThat(failed(reading(Files.readAllBytes(first)), "log", "import", "kafka"))
                .startsWith("error: INVALID_ARGUMENT standard input, byte ")
                .contains("a transaction begins", "Before: 40 records imported", "--skip 40");
    }

    @Test
    void whatIsGoodBeforeABrokenBatchIsImportedAndTheRestFollows() throws Exception {
        byte[][] batches = IntStream.range(0, 20)
                .mapToObj(i -> KafkaSegments.batch(Compression.NONE, 100L * i, "b" + i + " ", 100, -1, -1))
                .toArray(byte[][]::new);
        byte[] whole = KafkaSegments.concat(batches);
        byte[] broken = whole.clone();
        int at =
                Arrays.stream(batches).limit(13).mapToInt(batch -> batch.length).sum();
        broken[at + 200] ^= 4;
        ok("topic", "create", "broken", "--set", "retention.ms=-1");
        assertThat(failed(reading(broken), "log", "import", "broken"))
                .startsWith("error: CORRUPT_BATCH standard input, byte " + at + ": ")
                .contains("1300 records imported", "--skip 1300");
        ok(reading(whole), "log", "import", "broken", "--skip", "1300");
        List<Said> all = KafkaSegments.read(exported("broken"));
        assertThat(all).hasSize(2000);
        assertThat(all.get(1300)).isEqualTo(new Said(1300, 1_001_300, "k0", "b13 0", "h=v0;"));
        byte[] torn = Arrays.copyOf(whole, whole.length - 5);
        assertThat(failed(reading(torn), "log", "import", "broken", "--skip", "1899"))
                .contains("ends after", "1 record imported, 1899 skipped");
        assertThat(failed(
                        reading("no segment, but long enough to be the header of one, all of it"
                                .getBytes(StandardCharsets.UTF_8)),
                        "log",
                        "import",
                        "broken"))
                .contains("byte 0: no batch of Kafka's format v2 begins here");
    }

    @Test
    void aRecordThatTheTopicDoesNotTakeIsNamedAndThoseBeforeItAreStored() throws Exception {
        ok("topic", "create", "small", "--set", "retention.ms=-1", "--set", "max.message.bytes=2000");
        byte[] file = KafkaSegments.concat(
                KafkaSegments.batch(Compression.NONE, 0, "x", 300, -1, -1),
                KafkaSegments.batch(Compression.NONE, 300, "y".repeat(3000), 1, -1, -1));
        assertThat(failed(reading(file), "log", "import", "small"))
                .startsWith("error: RECORD_TOO_LARGE ")
                .contains("offset 300", "300 records imported");
        assertThat(KafkaSegments.read(exported("small"))).hasSize(300);
    }

    @Test
    void aStoppedNodesDirectoryIsExportedToo() throws Exception {
        Path data = files.resolve("data");
        try (ServedNode other = new ServedNode(data)) {
            CapturedTerminal terminal = new CapturedTerminal();
            assertThat(terminal.run("topic", "create", "alone", "--url", other.url()))
                    .isZero();
            assertThat(terminal.reading("one\ntwo\n").run("produce", "alone", "--url", other.url()))
                    .isZero();
        }
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run("log", "export", "alone", "--data-dir", data.toString()))
                .as(terminal.err())
                .isZero();
        Path file = Files.write(files.resolve("alone.log"), terminal.outBytes());
        assertThat(KafkaSegments.read(file)).extracting(Said::value).containsExactly("one", "two");
        CapturedTerminal nothing = new CapturedTerminal();
        assertThat(nothing.run("log", "export", "alone", "--data-dir", files.toString()))
                .isEqualTo(2);
    }
}
