package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadTest {
    private static ServedNodes node;
    private static int topics;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
        // Four records in each of two partitions, a second apart.
        node.withTopicThatKeeps("two", 2);
        node.produce(
                "two",
                IntStream.range(0, 8)
                        .mapToObj(i -> "{\"value\":{\"data\":\"" + i + "\"},\"partition_id\":" + i % 2
                                + ",\"timestamp\":" + 1000 * (i / 2) + "}")
                        .collect(Collectors.joining("\n")));
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

    private static void fill(String topic, int records, int bytes) {
        String line = "{\"value\":{\"data\":\"" + "x".repeat(bytes) + "\"}}\n";
        assertThat(node.post(
                                "/v1/topics/" + topic + "/records?report=failures",
                                ServedNodes.NDJSON,
                                line.repeat(records))
                        .body())
                .isEqualTo("{\"stored\":" + records + ",\"failed\":0}\n");
    }

    private static BufferedReader open(String path) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                node.client().send(node.request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "until=end                                | 0 1 2 3 4 5 6 7",
                "until=end&partition=1                    | 1 3 5 7",
                "until=end&partition=1&partition=0        | 0 1 2 3 4 5 6 7",
                "until=end&partition=0&from=2             | 4 6",
                "until=end&partition=0&from=4             | ''",
                "until=end&from=latest                    | ''",
                "until=end&from=earliest&limit=0          | ''",
                "limit=3&partition=0                      | 0 2 4",
                "limit=1&partition=0&from=3               | 6",
                "until=end&from=@2000                     | 4 5 6 7",
                "until=end&from=@1970-01-01T00:00:01.500Z | 4 5 6 7",
                "until=end&from=@1970-01-01T01:00:03%2B01:00 | 6 7",
                "until=end&from=@99999999                 | ''",
            })
    void readingBeginsAndEndsWhereItIsAsked(String parameters, String values) {
        HttpResponse<String> answer = node.get("/v1/topics/two/records?" + parameters);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        assertThat(answer.body()
                        .lines()
                        .map(line -> line.replaceAll(".*\"data\":\"(.)\".*", "$1"))
                        .sorted())
                .containsExactlyElementsOf(values.isEmpty() ? List.of() : List.of(values.split(" ")));
    }

    @Test
    void durationsBeforeNowAreTimes() {
        String topic = topic(1);
        long now = System.currentTimeMillis();
        node.produce(topic, """
                {"value":{"data":"old"},"timestamp":%d}
                {"value":{"data":"new"},"timestamp":%d}""".formatted(now - 3_600_000, now - 1_000));
        for (String duration : List.of("5m", "300s", "PT5M", "300000ms")) {
            assertThat(node.get("/v1/topics/" + topic + "/records?until=end&from=-" + duration)
                            .body())
                    .as(duration)
                    .contains("new")
                    .doesNotContain("old");
        }
        assertThat(node.get("/v1/topics/" + topic + "/records?until=end&from=-1d")
                        .body())
                .contains("new", "old");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/topics/nope/records              | 404 | UNKNOWN_TOPIC",
                "/v1/topics/two/records?partition=2   | 404 | UNKNOWN_PARTITION",
                "/v1/topics/two/records?partition=-1  | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?partition=    | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?from=0        | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?from=x        | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?from=@x       | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?from=-x       | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?from=--5m     | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?from=99999999999999999999&partition=0 | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?limit=-1      | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?limit=1&limit=2 | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?until=x       | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?data=xml      | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?form=latest   | 400 | MALFORMED_REQUEST",
                "/v1/topics/two/records?from=5&partition=0 | 416 | OFFSET_OUT_OF_RANGE",
            })
    void whatCannotBeReadIsAProblem(String path, int status, String code) {
        HttpResponse<String> answer = node.get(path);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains("\"error_code\":\"" + code + "\"");
    }

    @Test
    void anOffsetOutOfRangeIsSaidWithTheOffsetsThereAre() {
        assertThat(node.get("/v1/topics/two/records?from=5&partition=0").body())
                .endsWith("\"start_offset\":0,\"end_offset\":4}");
    }

    @Test
    void aRecordAtTheTailComesAtOnce() throws Exception {
        String topic = topic(2);
        try (BufferedReader tail = open("/v1/topics/" + topic + "/records?from=latest")) {
            for (int i = 0; i < 5; i++) {
                node.post(
                        "/v1/topics/" + topic + "/records",
                        JSON,
                        "{\"value\":{\"data\":\"" + i + "\"},\"partition_id\":" + i % 2 + "}");
                assertThat(tail.readLine()).contains("\"data\":\"" + i + "\"");
            }
        }
    }

    @Test
    void aClientThatDiesFreesItsReadersAtOnce() throws IOException {
        await().until(() -> node.watched().openReaders() == 0);
        String topic = topic(3);
        fill(topic, 100_000, 100);
        try (RawConnection parked = new RawConnection(node.address());
                RawConnection streaming = new RawConnection(node.address())) {
            parked.get("/v1/topics/" + topic + "/records?from=latest").readUntil("\r\n\r\n");
            streaming.get("/v1/topics/" + topic + "/records").readUntil("\"offset\":0");
            assertThat(node.watched().openReaders()).isEqualTo(6);
            parked.abort();
            streaming.abort();
            await().atMost(Duration.ofSeconds(5)).until(() -> node.watched().openReaders() == 0);
        }
    }

    @Test
    void aReaderThatDoesNotReadHoldsUpOnlyItself() throws Exception {
        await().until(() -> node.watched().openReaders() == 0);
        String topic = topic(1);
        int records = 40_000;
        fill(topic, records, 1000);
        try (RawConnection slow = new RawConnection(node.address())) {
            slow.get("/v1/topics/" + topic + "/records").readUntil("\"offset\":0");
            long fetchesBefore = node.watched().fetches();
            assertThat(node.get("/v1/topics/" + topic + "/records?until=end")
                            .body()
                            .lines())
                    .hasSize(records);
            // Forty megabytes are there; one that reads takes them in forty fetches, the other one stops after a few.
            assertThat(node.watched().fetches() - fetchesBefore).isLessThan(60);
            assertThat(node.watched().openReaders()).isEqualTo(1);
            assertThat(slow.readUntil("\"offset\":" + (records - 1) + ",")).contains("\"offset\":17,");
        }
    }

    @Test
    void nothingIsLostOrRepeatedBetweenChunks() {
        String topic = topic(4);
        int records = 50_000;
        fill(topic, records, 10);
        List<String> lines = node.get("/v1/topics/" + topic + "/records?until=end")
                .body()
                .lines()
                .toList();
        assertThat(lines).hasSize(records);
        assertThat(lines.stream()
                        .map(line -> line.replaceAll(",\"timestamp.*", ""))
                        .distinct())
                .hasSize(records);
    }

    @Test
    void anErrorInTheMiddleIsTheLastLineOfAnAbortedAnswer() throws IOException {
        String topic = topic(1);
        fill(topic, 10, 10);
        HttpServer other = node.serve(java.util.Map.of());
        try (RawConnection connection = new RawConnection(other.address())) {
            connection.get("/v1/topics/" + topic + "/records").readUntil("\"offset\":9");
            other.close();
            assertThat(connection.readAll())
                    .contains("{\"error_code\":\"NOT_READY\"")
                    .doesNotContain("\r\n0\r\n");
        }
    }
}
