package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands against a node that serves. Each test has topics of its own. */
class ServerCommandsTest {
    @TempDir
    private static Path directory;

    private static ServedNode node;

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

    private static String failed(String... args) {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(run(terminal, args)).isEqualTo(1);
        assertThat(terminal.out()).isEmpty();
        return terminal.err();
    }

    private static String consumed(String topic, String format) {
        return ok("consume", topic, "--until-end", "--format", format).out();
    }

    /** The codec of the newest data batch in the topic's one partition. */
    private static Compression stored(String topic) throws IOException {
        PartitionId partition = node.tailrace()
                .topics()
                .describe(topic)
                .toCompletableFuture()
                .join()
                .partition(0);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(
                directory.resolve("partitions").resolve(partition.text()).resolve("00000000000000000000.log")));
        Compression newest = Compression.NONE;
        while (bytes.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(bytes);
            newest = batch.isControl() ? newest : batch.compression();
            bytes.position(bytes.position() + batch.sizeInBytes());
        }
        return newest;
    }

    @Test
    void linesAreCompressedAsIsSaidOrElseAsTheTopicSays() throws IOException {
        ok("topic", "create", "packed", "--replicas", "1");
        ok(new CapturedTerminal().reading("a\n"), "produce", "packed");
        assertThat(stored("packed")).isEqualTo(Compression.NONE);
        ok(new CapturedTerminal().reading("b\n"), "produce", "packed", "--compression", "zstd");
        assertThat(stored("packed")).isEqualTo(Compression.ZSTD);
        ok("topic", "alter", "packed", "--set", "compression.type=gzip");
        assertThat(ok("topic", "describe", "packed").outLines())
                .anyMatch(line -> line.matches("compression\\.type +gzip"));
        ok(new CapturedTerminal().reading("c\n"), "produce", "packed");
        assertThat(stored("packed")).isEqualTo(Compression.GZIP);
        assertThat(consumed("packed", "%v")).isEqualTo("abc");
        CapturedTerminal wrong = new CapturedTerminal();
        assertThat(run(wrong, "produce", "packed", "--compression", "rar")).isEqualTo(2);
    }

    @Test
    void topicIsCreatedListedDescribedAndDeleted() throws Exception {
        CapturedTerminal created =
                ok("topic", "create", "life", "--partitions", "3", "--replicas", "1", "--set", "retention.ms=60000");
        assertThat(created.out() + created.err()).isEmpty();
        assertThat(ok("topic", "list").outLines()).anyMatch(line -> line.matches("life +3 +1"));
        assertThat(ok("topic", "describe", "life").outLines())
                .anyMatch(line -> line.matches("2 +\\S+ +1 +\\S+ +- +0 +0 +0"))
                .anyMatch(line -> line.matches("retention\\.ms +60000"));
        JsonNode json = new ObjectMapper()
                .readTree(ok("topic", "describe", "life", "--format", "json").out());
        assertThat(json.path("name").asText()).isEqualTo("life");
        assertThat(json.path("settings").path("retention.ms").asText()).isEqualTo("60000");
        assertThat(json.path("partitions")).hasSize(3);
        assertThat(json.path("partitions").path(1).path("endOffset").asLong(-1)).isZero();
        JsonNode list = new ObjectMapper()
                .readTree(ok("topic", "list", "--format", "json").out());
        assertThat(list.path("topics").findValuesAsText("name"))
                .contains("life")
                .isSorted();
        ok("topic", "delete", "life");
        assertThat(failed("topic", "describe", "life")).startsWith("error: UNKNOWN_TOPIC ");
    }

    @Test
    void aScrubComesToItsEndAndSaysWhatItFound() throws Exception {
        ok("topic", "create", "scrubbed", "--replicas", "1");
        CapturedTerminal told = ok("log", "scrub", "scrubbed");
        assertThat(told.out()).isEmpty();
        assertThat(told.err()).startsWith("1 replicas looked through").contains("0 damaged ranges were found");
        JsonNode json = new ObjectMapper()
                .readTree(ok("log", "scrub", "--format", "json").out());
        assertThat(json.path("replicasDone").asInt()).isGreaterThan(1);
        assertThat(json.path("findings")).isEmpty();
        assertThat(failed("log", "scrub", "nothing-of-that-name")).startsWith("error: UNKNOWN_TOPIC ");
    }

    @Test
    void nodesAndGroupsAreListedAndTheOnlyNodeKeepsEverything() {
        ok("topic", "create", "placed", "--replicas", "1");
        assertThat(ok("node", "list").outLines()).anyMatch(line -> line.matches("\\S+ +up +yes +128 +0 +0"));
        assertThat(ok("node", "list", "--format", "json").out()).startsWith("{\"nodes\":[{\"name\":");
        String name = ok("node", "list").outLines().get(1).replaceAll(" .*", "");
        assertThat(ok("placement", "list").outLines())
                .hasSize(130)
                .anyMatch(line -> line.matches("control +" + name + " +- +-"))
                .anyMatch(line -> line.matches("1-17 +" + name + " +- +-"));
        assertThat(ok("placement", "list", "--moving").outLines()).hasSize(1);
        assertThat(failed("node", "drain", name)).startsWith("error: NOT_ENOUGH_NODES ");
        assertThat(failed("node", "drain", "nobody")).startsWith("error: NOT_FOUND ");
        ok("node", "undrain", name);
        ok("placement", "move", "1-17", "--to", name);
        ok("group", "move", "1-17", "--to", name);
        ok("cluster", "rebalance");
        assertThat(failed("placement", "move", "1-17", "--to", name + "," + name))
                .startsWith("error: INVALID_ARGUMENT ");
    }

    @Test
    void topicThatIsThereIsAnErrorUnlessThatIsFine() {
        ok("topic", "create", "twice");
        assertThat(failed("topic", "create", "twice")).startsWith("error: TOPIC_EXISTS ");
        ok("topic", "create", "twice", "--if-not-exists");
    }

    @Test
    void refusalsCarryTheServersCode() {
        assertThat(failed("topic", "create", "bad/name")).startsWith("error: INVALID_TOPIC_NAME ");
        assertThat(failed("topic", "create", "bad-setting", "--set", "no.such=1"))
                .startsWith("error: INVALID_SETTING ");
        assertThat(failed("topic", "delete", "nobody")).startsWith("error: UNKNOWN_TOPIC ");
        assertThat(failed("topic", "describe", "..")).startsWith("error: INVALID_TOPIC_NAME ");
        assertThat(failed("consume", "nobody")).startsWith("error: UNKNOWN_TOPIC ");
        ok("topic", "create", "short");
        assertThat(failed("consume", "short", "--partition", "7")).startsWith("error: UNKNOWN_PARTITION ");
        assertThat(failed("consume", "short", "--partition", "0", "--from", "5"))
                .startsWith("error: OFFSET_OUT_OF_RANGE ");
        assertThat(failed("consume", "short", "--from", "soon")).startsWith("error: MALFORMED_REQUEST ");
    }

    @Test
    void linesComeBackAsTheyWere() {
        ok("topic", "create", "lines");
        ok(new CapturedTerminal().reading("one\r\n\n\u00fcmlaut \ud83d\ude00 \"q\" \\\nno end"), "produce", "lines");
        assertThat(consumed("lines", "value")).isEqualTo("one\r\n\n\u00fcmlaut \ud83d\ude00 \"q\" \\\nno end\n");
        assertThat(ok("consume", "lines", "--count", "1").out()).isEqualTo("one\r\n");
        assertThat(ok("consume", "lines", "--partition", "0", "--from", "3", "--until-end")
                        .out())
                .isEqualTo("no end\n");
        assertThat(ok("consume", "lines", "--from", "latest", "--until-end").out())
                .isEmpty();
        assertThat(ok("consume", "lines", "--from", "-5m", "--count", "4").outLines())
                .hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomBytesComeBackUnchanged(long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (int line = 0; line < 3_000; line++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(50) == 0 ? 100_000 : 200)];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytes[i] == '\n' ? 0 : line % 2 == 0 ? (byte) (bytes[i] & 0x7f) : bytes[i];
                bytes[i] = bytes[i] == '\n' ? 0 : bytes[i];
            }
            input.writeBytes(bytes);
            input.write('\n');
        }
        String topic = "random-" + seed;
        ok("topic", "create", topic);
        ok(new CapturedTerminal().reading(new ByteArrayInputStream(input.toByteArray())), "produce", topic);
        assertThat(ok("consume", topic, "--until-end").outBytes()).isEqualTo(input.toByteArray());
    }

    @Test
    void keysPartitionsAndHeadersAreThoseOfTheOptions() {
        ok("topic", "create", "keyed", "--partitions", "2");
        ok(
                new CapturedTerminal().reading("a\tx\ty\nno key\n\tempty key\nno value\t\n"),
                "produce",
                "keyed",
                "--key-separator",
                "\\t",
                "--partition",
                "1",
                "--header",
                "h=1=2",
                "--header",
                "\u00fc=");
        assertThat(consumed("keyed", "%t %p %o <%k> <%v> %h%%\\n")).isEqualTo("""
                        keyed 1 0 <a> <x\ty> h=1=2,\u00fc=%
                        keyed 1 1 <> <no key> h=1=2,\u00fc=%
                        keyed 1 2 <> <empty key> h=1=2,\u00fc=%
                        keyed 1 3 <no value> <> h=1=2,\u00fc=%
                        """);
    }

    @Test
    void jsonRecordsArePassedOn() throws Exception {
        ok("topic", "create", "json");
        ok(
                new CapturedTerminal()
                        .reading("{\"key\":{\"data\":\"k\"},\"value\":null,\"timestamp\":5}\n \n"
                                + "{\"value\":{\"type\":\"JSON\",\"data\":{\"n\": [1, 2]}}}"),
                "produce",
                "json",
                "--format",
                "json");
        assertThat(consumed("json", "%T %k %v\\n")).matches("5 k \n\\d+  \\{\"n\":\\[1,2]}\n");
        List<String> lines = consumed("json", "json").lines().toList();
        assertThat(lines).hasSize(2);
        JsonNode first = new ObjectMapper().readTree(lines.get(0));
        assertThat(first.path("offset").asLong(-1)).isZero();
        assertThat(first.path("value").isNull()).isTrue();
        assertThat(first.path("key").path("data").asText()).isEqualTo("k");
    }

    @Test
    void refusedLinesOfJsonAreNamedAndTheOthersStored() {
        ok("topic", "create", "mixed");
        CapturedTerminal terminal = new CapturedTerminal().reading("""
                        {"value":{"data":"1"}}

                        nonsense
                        {}
                        {"value":{"data":"2"}}
                        """);
        assertThat(run(terminal, "produce", "mixed", "--format", "json")).isEqualTo(1);
        assertThat(terminal.err().lines().toList()).hasSize(3);
        assertThat(terminal.err())
                .contains("refused: line 3: MALFORMED_REQUEST ", "refused: line 4: ", "error: MALFORMED_REQUEST 2 ");
        assertThat(consumed("mixed", "value")).isEqualTo("1\n2\n");
    }

    @Test
    void manyMoreLinesThanARequestHoldsKeepTheirOrder() {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 45_000; i++) {
            input.append(i).append('\n');
        }
        ok("topic", "create", "many");
        ok(new CapturedTerminal().reading(input.toString()), "produce", "many");
        assertThat(consumed("many", "value")).isEqualTo(input.toString());
    }

    @Test
    void topicGetsPartitionsAndOtherSettings() {
        ok("topic", "create", "altered", "--set", "retention.ms=60000");
        ok(new CapturedTerminal().reading("0\n1\n2\n3\n"), "produce", "altered");
        ok(
                "topic",
                "alter",
                "altered",
                "--partitions",
                "2",
                "--set",
                "retention.bytes=5000000",
                "--reset",
                "retention.ms");
        assertThat(ok("topic", "describe", "altered").outLines())
                .anyMatch(line -> line.matches("0 +\\S+ +1 +\\S+ +- +0 +0 +4"))
                .anyMatch(line -> line.matches("1 +\\S+ +1 +\\S+ +- +0 +0 +0"))
                .anyMatch(line -> line.matches("retention\\.bytes +5000000"))
                .anyMatch(line -> line.matches("retention\\.ms +604800000"));
        assertThat(failed("topic", "alter", "altered", "--partitions", "1")).startsWith("error: ");
    }

    @Test
    void oldestRecordsAreDeletedUpToAnOffsetOrAll() {
        ok("topic", "create", "shorter");
        ok(new CapturedTerminal().reading("0\n1\n2\n3\n"), "produce", "shorter");
        ok("topic", "delete-records", "shorter", "--partition", "0", "--before", "3");
        assertThat(consumed("shorter", "%o %v\\n")).isEqualTo("3 3\n");
        assertThat(ok("topic", "describe", "shorter").outLines())
                .anyMatch(line -> line.matches("0 +\\S+ +1 +\\S+ +- +0 +3 +\\d+"));
        assertThat(failed("topic", "delete-records", "shorter", "--partition", "0", "--before", "9"))
                .startsWith("error: OFFSET_OUT_OF_RANGE ");
        ok("topic", "delete-records", "shorter", "--partition", "0", "--before", "end");
        assertThat(consumed("shorter", "value")).isEmpty();
    }

    @Test
    void howAReplicaStandsIsSaidAndOneThatVotesNeedsNoRecovery() {
        ok("topic", "create", "standing");
        ok(new CapturedTerminal().reading("0\n1\n"), "produce", "standing");
        assertThat(ok("topic", "recover", "standing", "--partition", "0").outLines())
                .anyMatch(line -> line.matches("\\S+ +true +true +1 +2 +2"));
        assertThat(failed("topic", "recover", "standing", "--partition", "0", "--accept-data-loss"))
                .startsWith("error: INVALID_ARGUMENT ");
        assertThat(failed("topic", "recover", "standing", "--partition", "1")).startsWith("error: UNKNOWN_PARTITION ");
    }

    @Test
    void nothingIsStoredOfNothing() {
        ok("topic", "create", "nothing");
        ok(new CapturedTerminal().reading(""), "produce", "nothing");
        assertThat(consumed("nothing", "value")).isEmpty();
    }

    @Test
    void whoLooksOnIsToldWhatHasHappened() {
        CapturedTerminal terminal = new CapturedTerminal();
        terminal.runInteractively("topic", "create", "seen", "--partitions", "2", "--url", node.url());
        terminal.reading("a\n").runInteractively("produce", "seen", "--url", node.url());
        terminal.runInteractively("topic", "delete", "seen", "--url", node.url());
        assertThat(terminal.err().lines())
                .containsExactly("Created seen with 2 partitions.", "1 record stored in seen.", "Deleted seen.");
        assertThat(new String(terminal.outBytes(), StandardCharsets.UTF_8)).isEmpty();
    }
}
