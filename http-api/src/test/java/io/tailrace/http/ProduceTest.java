package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static io.tailrace.http.ServedNodes.NDJSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceTest {
    private static final int MAX_LINE_BYTES = 4096;
    private static ServedNodes node;
    private static int topics;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(
                directory,
                Map.of("tailrace.http.max-line-bytes", MAX_LINE_BYTES, "tailrace.http.max-body-bytes", 1 << 20));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String topic(int partitions) {
        String name = "t" + topics++;
        node.withTopicThatKeeps(name, partitions);
        return name;
    }

    private static List<String> stored(String topic, String parameters) {
        return node.get("/v1/topics/" + topic + "/records?until=end" + parameters)
                .body()
                .lines()
                .map(line -> line.replaceFirst("\"timestamp\":[0-9]+,", ""))
                .toList();
    }

    @Test
    void everyLineGetsItsReportInTheirOrder() {
        String topic = topic(2);
        assertThat(node.produce(topic, """
                {"value":{"data":"one"},"partition_id":0,"timestamp":17}
                {"value":{"data":{"a" : 1.10},"type":"JSON"},"partition_id":1,"timestamp":18}
                {broken

                {"value":null,"key":{"data":"k"},"partition_id":1,"timestamp":19}
                {"value":{"data":"x"},"partition_id":2}
                {"value":{"data":"two"},"partition_id":0,"timestamp":20}"""))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("{\"line\":1,\"partition_id\":0,\"offset\":0,\"timestamp\":17}"),
                        line -> assertThat(line)
                                .isEqualTo("{\"line\":2,\"partition_id\":1,\"offset\":0,\"timestamp\":18}"),
                        line -> assertThat(line)
                                .startsWith("{\"line\":3,\"error_code\":\"MALFORMED_REQUEST\",\"detail\":\"")
                                .endsWith("\"retriable\":false}"),
                        line -> assertThat(line)
                                .isEqualTo("{\"line\":5,\"partition_id\":1,\"offset\":1,\"timestamp\":19}"),
                        line -> assertThat(line).startsWith("{\"line\":6,\"error_code\":\"UNKNOWN_PARTITION\""),
                        line -> assertThat(line)
                                .isEqualTo("{\"line\":7,\"partition_id\":0,\"offset\":1,\"timestamp\":20}"));
        assertThat(stored(topic, "&partition=1&data=json"))
                .containsExactly(
                        "{\"partition_id\":1,\"offset\":0,\"value\":{\"type\":\"JSON\",\"data\":{\"a\":1.10}}}",
                        "{\"partition_id\":1,\"offset\":1,\"key\":{\"type\":\"JSON\",\"data\":k},\"value\":null}"
                                .replace("\"JSON\",\"data\":k", "\"STRING\",\"data\":\"k\""));
    }

    @Test
    void bytesComeBackAsTheyWereSent() {
        String topic = topic(1);
        assertThat(node.produce(topic, """
                {"value":{"type":"BINARY","data":"//79AA=="},"key":{"type":"BINARY","data":""}}
                {"value":{"data":"\\u00e4\\ud83d\\ude00\\n\\"ä"},"headers":[{"name":"h","value":"AQ=="},{"name":"h","value":null},{"name":"i"}]}
                {"value":{"data":[1, 2.50e3, {"b": null, "a": "\\t"}, true],"type":"JSON"},"key":{"type":"JSON","data":"text"}}
                """)).hasSize(3);
        assertThat(stored(topic, ""))
                .containsExactly(
                        "{\"partition_id\":0,\"offset\":0,\"key\":{\"type\":\"STRING\",\"data\":\"\"},\"value\":{\"type\":\"BINARY\",\"data\":\"//79AA==\"}}",
                        "{\"partition_id\":0,\"offset\":1,\"headers\":[{\"name\":\"h\",\"value\":\"AQ==\"},{\"name\":\"h\",\"value\":null},{\"name\":\"i\",\"value\":null}],"
                                + "\"value\":{\"type\":\"STRING\",\"data\":\"ä😀\\n\\\"ä\"}}",
                        "{\"partition_id\":0,\"offset\":2,\"key\":{\"type\":\"STRING\",\"data\":\"\\\"text\\\"\"},"
                                + "\"value\":{\"type\":\"STRING\",\"data\":\"[1,2.50e3,{\\\"b\\\":null,\\\"a\\\":\\\"\\\\t\\\"},true]\"}}");
        assertThat(stored(topic, "&data=json").get(2))
                .contains("\"value\":{\"type\":\"JSON\",\"data\":[1,2.50e3,{\"b\":null,\"a\":\"\\t\"},true]}");
        assertThat(stored(topic, "&data=binary").get(1)).contains("\"data\":\"w6Twn5iACiLDpA==\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "null",
                "{}",
                "{\"value\":null}",
                "{\"value\":\"text\"}",
                "{\"value\":{}}",
                "{\"value\":{\"data\":1}}",
                "{\"value\":{\"type\":\"BINARY\",\"data\":\"?\"}}",
                "{\"value\":{\"type\":\"AVRO\",\"data\":\"x\"}}",
                "{\"value\":{\"data\":\"x\",\"data\":\"y\"}}",
                "{\"value\":{\"data\":\"x\"},\"value\":{\"data\":\"y\"}}",
                "{\"value\":{\"data\":\"x\"},\"valeu\":1}",
                "{\"value\":{\"data\":\"\\ud800\"}}",
                "{\"value\":{\"data\":\"x\"},\"partition_id\":-1}",
                "{\"value\":{\"data\":\"x\"},\"partition_id\":1.0}",
                "{\"value\":{\"data\":\"x\"},\"partition_id\":\"0\"}",
                "{\"value\":{\"data\":\"x\"},\"partition_id\":99999999999}",
                "{\"value\":{\"data\":\"x\"},\"timestamp\":-1}",
                "{\"value\":{\"data\":\"x\"},\"timestamp\":99999999999999999999}",
                "{\"value\":{\"data\":\"x\"},\"headers\":{}}",
                "{\"value\":{\"data\":\"x\"},\"headers\":[{\"value\":\"\"}]}",
                "{\"value\":{\"data\":\"x\"},\"headers\":[{\"name\":\"a\",\"value\":\"?\"}]}",
                "{\"value\":{\"data\":\"x\"}} {}",
                "{\"value\":{\"data\":\"x\"}",
                "{\"value\":{\"data\":NaN}}",
                "{'value':{'data':'x'}}",
            })
    void aRecordThatIsNoneIsRefusedAloneAndTheOthersGoOn(String broken) {
        String topic = topic(1);
        assertThat(node.produce(topic, broken + "\n{\"value\":{\"data\":\"good\"}}\n"))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("{\"line\":1,\"error_code\":\"MALFORMED_REQUEST\",\"detail\":\"")
                                .doesNotContain("com.fasterxml", "Exception"),
                        line -> assertThat(line).startsWith("{\"line\":2,\"partition_id\":0,\"offset\":0,"));
        assertThat(node.post("/v1/topics/" + topic + "/records", JSON, broken).statusCode())
                .isEqualTo(400);
    }

    @Test
    void linesAndRecordsThatAreTooLargeAreRefusedAlone() {
        node.post("/v1/topics", JSON, "{\"name\":\"small\",\"settings\":{\"max.message.bytes\":1024}}");
        String good = "{\"value\":{\"data\":\"good\"}}";
        String large = "{\"value\":{\"data\":\"" + "x".repeat(2000) + "\"}}";
        String tooLong = "{\"value\":{\"data\":\"" + "x".repeat(300_000) + "\"}}";
        assertThat(node.produce("small", String.join("\n", good, large, tooLong, good)))
                .satisfiesExactly(
                        line -> assertThat(line).contains("\"line\":1,", "\"offset\":0"),
                        line -> assertThat(line).contains("\"line\":2,", "RECORD_TOO_LARGE", "max.message.bytes"),
                        line -> assertThat(line).contains("\"line\":3,", "REQUEST_TOO_LARGE", "max-line-bytes"),
                        line -> assertThat(line).contains("\"line\":4,", "\"offset\":1"));
        String longest = "{\"value\":{\"data\":\"" + "x".repeat(MAX_LINE_BYTES - 21) + "\"}}";
        assertThat(longest).hasSize(MAX_LINE_BYTES);
        String topic = topic(1);
        assertThat(node.produce(topic, longest + "\n" + longest.replaceFirst("x", "xx")))
                .satisfiesExactly(line -> assertThat(line).contains("\"offset\":0"), line -> assertThat(line)
                        .contains("REQUEST_TOO_LARGE"));
    }

    @Test
    void linesMayBeCutAnywhere() throws IOException {
        String topic = topic(1);
        try (RawConnection connection = new RawConnection(node.address())) {
            connection.begin("POST", "/v1/topics/" + topic + "/records", NDJSON);
            String lines =
                    "{\"value\":{\"data\":\"one\"}}\r\n\r\n{\"value\":{\"data\":\"two\"}}\n{\"value\":{\"data\":\"last\"}}";
            for (int i = 0; i < lines.length(); i++) {
                connection.sendChunk(lines.substring(i, i + 1));
            }
            connection.sendLastChunk();
            assertThat(connection.readUntil("\r\n0\r\n"))
                    .contains("{\"line\":1,", "{\"line\":3,", "{\"line\":4,")
                    .doesNotContain("error_code");
        }
        assertThat(stored(topic, "")).hasSize(3);
    }

    @Test
    void aReportComesWhileTheRequestGoesOn() throws IOException {
        String topic = topic(1);
        try (RawConnection connection = new RawConnection(node.address())) {
            connection.begin("POST", "/v1/topics/" + topic + "/records", NDJSON);
            for (int i = 0; i < 5; i++) {
                connection.sendChunk("{\"value\":{\"data\":\"" + i + "\"}}\n");
                assertThat(connection.readUntil("}\n")).contains("\"line\":" + (i + 1) + ",", "\"offset\":" + i);
            }
            connection.sendLastChunk();
            connection.readUntil("\r\n0\r\n\r\n");
        }
    }

    @Test
    void aClientThatDoesNotReadItsReportsIsNotReadFromEither() throws Exception {
        String topic = topic(1);
        // Lines that are refused: short for the client, with long reports.
        byte[] chunk = "{\n".repeat(32_768).getBytes(StandardCharsets.ISO_8859_1);
        AtomicLong sent = new AtomicLong();
        try (RawConnection connection = new RawConnection(node.address())) {
            connection.send("POST /v1/topics/" + topic + "/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    + NDJSON + "\r\nContent-Length: 1000000000\r\n\r\n");
            Thread sender = new Thread(() -> {
                try {
                    while (sent.get() < 1_000_000_000) {
                        connection.send(chunk);
                        sent.addAndGet(chunk.length);
                    }
                } catch (IOException e) {
                    // The test is over.
                    assertThat(e).isNotNull();
                }
            });
            sender.start();
            AtomicLong before = new AtomicLong(-1);
            await().pollInterval(Duration.ofSeconds(1))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> before.getAndSet(sent.get()) == sent.get());
            // What the sockets' buffers and a few chunks hold, of a gigabyte.
            assertThat(sent.get()).isPositive().isLessThan(64 << 20);
            connection.abort();
            sender.join(5_000);
            assertThat(sender.isAlive()).isFalse();
        }
    }

    @Test
    void aBodyThatBreaksOffKeepsItsReportsAndSaysSo() throws IOException {
        String topic = topic(1);
        String line = "{\"value\":{\"data\":\"one\"}}\n";
        try (RawConnection connection = new RawConnection(node.address())) {
            connection
                    .begin("POST", "/v1/topics/" + topic + "/records", NDJSON)
                    .sendChunk(line)
                    .send("zz\r\n");
            assertThat(connection.readAll())
                    .contains("{\"line\":1,\"partition_id\":0,\"offset\":0,")
                    .contains("{\"error_code\":\"MALFORMED_REQUEST\"");
        }
        try (RawConnection connection = new RawConnection(node.address())) {
            connection.send("POST /v1/topics/" + topic + "/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    + NDJSON + "\r\nContent-Length: 1000\r\n\r\n" + line + "{\"value\":");
            connection.socket().shutdownOutput();
            assertThat(connection.readAll())
                    .contains("{\"line\":1,\"partition_id\":0,\"offset\":1,")
                    .contains("{\"error_code\":\"MALFORMED_REQUEST\"")
                    .doesNotContain("\"line\":2");
        }
        assertThat(stored(topic, "")).hasSize(2);
    }

    @Test
    void onlyFailuresAreReportedWhereThatIsAskedFor() {
        String topic = topic(1);
        String lines = IntStream.range(0, 5000)
                .mapToObj(i -> i % 1000 == 7 ? "x" : "{\"value\":{\"data\":\"" + i + "\"}}")
                .collect(Collectors.joining("\n"));
        assertThat(node.post("/v1/topics/" + topic + "/records?report=failures", NDJSON, lines)
                        .body()
                        .lines())
                .hasSize(6)
                .last()
                .isEqualTo("{\"stored\":4995,\"failed\":5}");
    }

    @Test
    void recordsKeepTheirOrderPerPartitionAndKeysTheirPartition() {
        String topic = topic(3);
        String lines = IntStream.range(0, 9000)
                .mapToObj(i -> "{\"key\":{\"data\":\"k" + i % 7 + "\"},\"value\":{\"data\":\"" + i + "\"}}")
                .collect(Collectors.joining("\n"));
        assertThat(node.produce(topic, lines)).hasSize(9000).noneMatch(line -> line.contains("error"));
        Map<String, List<Integer>> byKey = stored(topic, "").stream()
                .collect(Collectors.groupingBy(
                        line -> line.replaceAll(".*\"partition_id\":(.).*\"data\":\"(k.)\".*", "$1$2"),
                        Collectors.mapping(
                                line -> Integer.parseInt(line.replaceAll(".*\"data\":\"([0-9]+)\".*", "$1")),
                                Collectors.toList())));
        assertThat(byKey).hasSize(7).allSatisfy((key, values) -> assertThat(values)
                .isSorted());
    }

    @Test
    void aBodyOfJsonIsOneRecordOrSeveral() {
        String topic = topic(1);
        String records = "/v1/topics/" + topic + "/records";
        assertThat(node.post(records, JSON, "{\"value\":{\"data\":\"one\"},\"timestamp\":5}")
                        .body())
                .isEqualTo("{\"partition_id\":0,\"offset\":0,\"timestamp\":5}");
        HttpResponse<String> several = node.post(
                records,
                JSON,
                "{\"records\":[{\"value\":{\"data\":\"two\"},\"timestamp\":6},{\"value\":3},{\"value\":{\"data\":\"four\"},\"timestamp\":7}]}");
        assertThat(several.statusCode()).isEqualTo(200);
        assertThat(several.body())
                .startsWith("{\"records\":[{\"line\":1,\"partition_id\":0,\"offset\":1,\"timestamp\":6},"
                        + "{\"line\":2,\"error_code\":\"MALFORMED_REQUEST\",")
                .endsWith("{\"line\":3,\"partition_id\":0,\"offset\":2,\"timestamp\":7}]}");
        assertThat(node.post(records, JSON, "{\"records\":[]}").body()).isEqualTo("{\"records\":[]}");
        assertThat(node.post(records, JSON, "{\"records\":[{\"value\":{\"data\":\"x\"}}, {]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(stored(topic, "")).hasSize(3);
    }

    @Test
    void aTopicThatIsMadeAnewGetsAProducerOfItsOwn() {
        String topic = topic(1);
        String records = "/v1/topics/" + topic + "/records";
        node.post(records, JSON, "{\"value\":{\"data\":\"one\"}}");
        String other = topic(4);
        // The catalogue names another topic so from now on.
        var described =
                node.tailrace().topics().describe(other).toCompletableFuture().join();
        node.watched()
                .answer(
                        "describe",
                        arguments -> CompletableFuture.completedStage(
                                new Topic(topic, described.id(), 4, 1, described.settings())));
        try {
            assertThat(node.post(records, JSON, "{\"value\":{\"data\":\"two\"},\"partition_id\":3}")
                            .body())
                    .startsWith("{\"partition_id\":3,\"offset\":0");
        } finally {
            node.watched().answerTruly("describe");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/topics/nope/records      | application/json     | {\"value\":{\"data\":\"x\"}} | 404 | UNKNOWN_TOPIC",
                "/v1/topics/nope/records      | application/x-ndjson | {\"value\":{\"data\":\"x\"}} | 404 | UNKNOWN_TOPIC",
                "/v1/topics/b%20d/records     | application/x-ndjson | {\"value\":{\"data\":\"x\"}} | 400 | INVALID_TOPIC_NAME",
                "/v1/topics/nope/records      | text/plain           | x                            | 415 | UNSUPPORTED_MEDIA_TYPE",
                "/v1/topics/nope/records?x=1  | application/json     | {}                           | 400 | MALFORMED_REQUEST",
                "/v1/topics/nope/records?report=x | application/x-ndjson | {}                       | 400 | MALFORMED_REQUEST",
            })
    void whatCannotBeProducedIsAProblem(String path, String type, String body, int status, String code) {
        HttpResponse<String> answer = node.post(path, type, body);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"error_code\":\"" + code + "\"", "\"status\":" + status);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        String topic = topic(1);
        String body = "{\"value\":{\"data\":\"" + "x".repeat(1 << 20) + "\"}}";
        HttpResponse<String> answer = postUntilAnswered("/v1/topics/" + topic + "/records", body);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("REQUEST_TOO_LARGE");
    }

    /** A refusal closes the connection, perhaps before all of the body has left: then the client does not hear it. */
    private static HttpResponse<String> postUntilAnswered(String path, String body) {
        for (int attempt = 0; attempt < 50; attempt++) {
            try {
                return node.post(path, JSON, body);
            } catch (UncheckedIOException unheard) {
                assertThat(unheard).hasCauseInstanceOf(IOException.class);
            }
        }
        throw new AssertionError("No answer to " + path);
    }
}
