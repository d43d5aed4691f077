package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each test has a topic and a group of its own, called alike. */
class GroupReadsTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
        node.withTopicThatKeeps("some", 1);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static void fill(String topic, int partitions, int records) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < records * partitions; i++) {
            lines.append("{\"value\":{\"data\":\"%d\"},\"partition_id\":%d}\n".formatted(i, i % partitions));
        }
        assertThat(node.post("/v1/topics/" + topic + "/records?report=failures", ServedNodes.NDJSON, lines.toString())
                        .body())
                .isEqualTo("{\"stored\":" + records * partitions + ",\"failed\":0}\n");
    }

    private static String path(String group, String consumer) {
        return "/v1/groups/" + group + "/consumers/" + consumer;
    }

    private static RawConnection reading(String topic, String consumer) throws IOException {
        RawConnection connection = new RawConnection(node.address());
        String body = "{\"topics\":[\"" + topic + "\"]}";
        connection.send("POST " + path(topic, consumer) + "/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + JSON + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        assertThat(connection.readUntil("\r\n\r\n")).contains("200 OK", "application/x-ndjson");
        return connection;
    }

    /** The record of the next line, as {@code partition:offset}. */
    private static String next(RawConnection connection) throws IOException {
        String line = connection.readUntil("}}\n");
        return line.replaceAll("(?s).*\"partition_id\":(\\d+),\"offset\":(\\d+),.*", "$1:$2");
    }

    private static HttpResponse<String> commit(String topic, String consumer, int partition, long offset) {
        return node.post(
                path(topic, consumer) + "/commit",
                JSON,
                "{\"offsets\":[{\"topic\":\"%s\",\"partition\":%d,\"offset\":%d}]}"
                        .formatted(topic, partition, offset));
    }

    private static String group(String name) {
        return node.get("/v1/groups/" + name).body();
    }

    private static void awaitEmpty(String group) {
        await().untilAsserted(() -> assertThat(group(group)).contains("\"state\":\"EMPTY\"", "\"members\":[]"));
    }

    @Test
    void whatWasNotCommittedIsReadAgainAndTheRestIsNot() throws IOException {
        node.withTopicThatKeeps("again", 1);
        fill("again", 1, 5);
        try (RawConnection first = reading("again", "first")) {
            assertThat(first.readUntil("}}\n"))
                    .contains("{\"topic\":\"again\",\"partition_id\":0,\"offset\":0,\"timestamp\":")
                    .contains("\"value\":{\"type\":\"STRING\",\"data\":\"0\"}}");
            for (int i = 1; i < 5; i++) {
                assertThat(next(first)).isEqualTo("0:" + i);
            }
            assertThat(group("again")).contains("\"clientId\":\"first\"");
            assertThat(commit("again", "first", 0, 3).statusCode()).isEqualTo(204);
            assertThat(group("again")).contains("\"committedOffset\":3,");
            // A commit does not go back.
            assertThat(commit("again", "first", 0, 2).statusCode()).isEqualTo(204);
            assertThat(group("again")).contains("\"committedOffset\":3,");
        }
        awaitEmpty("again");
        assertThat(commit("again", "first", 0, 5).statusCode()).isEqualTo(404);
        try (RawConnection second = reading("again", "second")) {
            assertThat(next(second)).isEqualTo("0:3");
            assertThat(next(second)).isEqualTo("0:4");
        }
    }

    @Test
    void aConsumerThatDoesNotCommitIsSentSoManyAndNoMore() throws IOException {
        int most = GroupReads.MAX_UNCOMMITTED;
        node.withTopicThatKeeps("much", 1);
        fill("much", 1, most + 2);
        try (RawConnection reader = reading("much", "greedy")) {
            for (int i = 0; i < most; i++) {
                reader.readUntil("}}\n");
            }
            // What has not been sent cannot be committed.
            assertThat(commit("much", "greedy", 0, most + 2).statusCode()).isEqualTo(204);
            assertThat(group("much")).contains("\"committedOffset\":" + most + ",");
            assertThat(next(reader)).isEqualTo("0:" + most);
            assertThat(next(reader)).isEqualTo("0:" + (most + 1));
        }
    }

    @Test
    void aPartitionGoesOverWhenWhatWasSentIsCommitted() throws IOException {
        node.withTopicThatKeeps("moved", 2);
        fill("moved", 2, 3);
        try (RawConnection first = reading("moved", "first")) {
            List<String> read = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                read.add(next(first));
            }
            try (RawConnection second = reading("moved", "second")) {
                await().untilAsserted(() ->
                        assertThat(group("moved")).contains("\"clientId\":\"second\"", "\"state\":\"RECONCILING\""));
                assertThat(commit("moved", "first", 0, 3).statusCode()).isEqualTo(204);
                assertThat(commit("moved", "first", 1, 3).statusCode()).isEqualTo(204);
                await().untilAsserted(() -> assertThat(group("moved")).contains("\"state\":\"STABLE\""));
                fill("moved", 2, 1);
                read.add(next(first));
                read.add(next(second));
            }
            assertThat(read).containsExactlyInAnyOrder("0:0", "0:1", "0:2", "0:3", "1:0", "1:1", "1:2", "1:3");
        }
    }

    @Test
    void aConsumerThatIsGoneHasLeft() throws IOException {
        node.withTopicThatKeeps("left", 1);
        fill("left", 1, 1);
        try (RawConnection reader = reading("left", "killed")) {
            next(reader);
            reader.abort();
        }
        awaitEmpty("left");
        // Its name is free again.
        try (RawConnection reader = reading("left", "killed")) {
            assertThat(next(reader)).isEqualTo("0:0");
        }
    }

    @Test
    void aMemberThatIsRemovedHearsItInItsLastLine() throws IOException {
        node.withTopicThatKeeps("fenced", 1);
        fill("fenced", 1, 1);
        try (RawConnection reader = reading("fenced", "removed")) {
            next(reader);
            String id = group("fenced").replaceAll("(?s).*\"memberId\":\"([^\"]+)\".*", "$1");
            node.send(node.request("/v1/groups/fenced/members/" + id).DELETE());
            assertThat(reader.readAll())
                    .contains("{\"error_code\":\"MEMBER_FENCED\"")
                    .doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void aNameIsTakenWhileItReads() throws IOException {
        node.withTopicThatKeeps("twice", 1);
        fill("twice", 1, 1);
        try (RawConnection reader = reading("twice", "same")) {
            next(reader);
            HttpResponse<String> second =
                    node.post(path("twice", "same") + "/records", JSON, "{\"topics\":[\"twice\"]}");
            assertThat(second.statusCode()).isEqualTo(400);
            assertThat(second.body()).contains("INVALID_ARGUMENT", "reads from this node already");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                 | 400 | MALFORMED_REQUEST",
                "{'topics':[]}                      | 400 | MALFORMED_REQUEST",
                "{'topics':['some'],'from':'5'}     | 400 | MALFORMED_REQUEST",
                "{'topics':['some'],'data':'xml'}   | 400 | MALFORMED_REQUEST",
                "{'topics':['some'],'limit':1}      | 400 | MALFORMED_REQUEST",
                "{'topics':['some'],'until':'now'}  | 400 | MALFORMED_REQUEST",
                "{'topics':['some'],'group_instance_id':''} | 400 | INVALID_SETTING",
                "{'topics':['some','none']}         | 404 | UNKNOWN_TOPIC",
            })
    void whatCannotBeReadIsAProblem(String body, int status, String code) {
        HttpResponse<String> answer = node.post(path("g", "c") + "/records", JSON, body.replace('\'', '"'));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("\"error_code\":\"" + code + "\"");
    }

    @Test
    void aPageOfAStrangersSiteTakesNoPart() {
        assertThat(node.get(path("g", "c") + "/records").statusCode()).isEqualTo(405);
        assertThat(node.post(path("g", "c") + "/records", "text/plain", "{\"topics\":[\"some\"]}")
                        .statusCode())
                .isEqualTo(415);
        assertThat(node.get(path("g", "c") + "/commit").statusCode()).isEqualTo(405);
        assertThat(node.get(path("g", "c") + "/offsets").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                                     | 400 | MALFORMED_REQUEST",
                "{'offsets':[]}                                         | 400 | MALFORMED_REQUEST",
                "{'offsets':[{'topic':'some','partition':0}]}           | 400 | MALFORMED_REQUEST",
                "{'offsets':[{'topic':'some','partition':0,'offset':-1}]} | 400 | MALFORMED_REQUEST",
                "{'offsets':[{'topic':'some','partition':0,'offset':1}]} | 404 | NOT_FOUND",
            })
    void whatCannotBeCommittedIsAProblem(String body, int status, String code) {
        HttpResponse<String> answer = node.post(path("g", "c") + "/commit", JSON, body.replace('\'', '"'));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("\"error_code\":\"" + code + "\"");
    }
}
