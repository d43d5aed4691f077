package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Consumers that lose a partition, come back, or want an end, at a node that waits for nobody's commits long. Each test has a topic and a group of its own,
 * called alike.
 */
class GroupConsumersTest {
    /** The end of an answer that is complete. */
    private static final String LAST_CHUNK = "0\r\n\r\n";

    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(
                directory,
                Map.of(),
                Map.of("tailrace.consumer.max-drain", "100ms", "tailrace.consumer.session-timeout", "30s"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static void topic(String topic, int partitions, int records) {
        node.withTopicThatKeeps(topic, partitions);
        fill(topic, partitions, records);
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

    private static RawConnection reading(String topic, String consumer, String more) throws IOException {
        RawConnection connection = new RawConnection(node.address());
        String body = "{\"topics\":[\"" + topic + "\"]" + more + "}";
        connection.send("POST /v1/groups/" + topic + "/consumers/" + consumer
                + "/records HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: " + JSON
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        assertThat(connection.readUntil("\r\n\r\n")).contains("200 OK", "application/x-ndjson");
        return connection;
    }

    private static RawConnection untilEnd(String topic, String consumer) throws IOException {
        return reading(topic, consumer, ",\"until\":\"end\"");
    }

    private static RawConnection asStatic(String topic, String consumer) throws IOException {
        return reading(topic, consumer, ",\"group_instance_id\":\"one\"");
    }

    /** The record of the next line, as {@code partition:offset}. */
    private static String next(RawConnection connection) throws IOException {
        String line = connection.readUntil("}}\n");
        return line.replaceAll("(?s).*\"partition_id\":(\\d+),\"offset\":(\\d+),.*", "$1:$2");
    }

    /** Of the partitions 0, 1, … these offsets. */
    private static HttpResponse<String> commit(String topic, String consumer, long... offsets) {
        List<String> all = new ArrayList<>();
        for (int partition = 0; partition < offsets.length; partition++) {
            all.add("{\"topic\":\"%s\",\"partition\":%d,\"offset\":%d}"
                    .formatted(topic, partition, offsets[partition]));
        }
        return node.post(
                "/v1/groups/" + topic + "/consumers/" + consumer + "/commit",
                JSON,
                "{\"offsets\":[" + String.join(",", all) + "]}");
    }

    private static String group(String name) {
        return node.get("/v1/groups/" + name).body();
    }

    private static void awaitGroup(String name, String... parts) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(group(name)).contains(parts));
    }

    // --- refused -----------------------------------------------------------------------------------------------------

    @Test
    void whatWasNotSentIsRefusedByNameAndTheRestIsCommitted() throws IOException {
        topic("unsent", 2, 0);
        node.produce("unsent", "{\"value\":{\"data\":\"x\"},\"partition_id\":0}\n");
        try (RawConnection reader = reading("unsent", "one", "")) {
            assertThat(next(reader)).isEqualTo("0:0");
            HttpResponse<String> answer = commit("unsent", "one", 1, 1);
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body())
                    .contains("\"error_code\":\"STALE_COMMIT\"", "Not committed: unsent-1, ", "Of the other partitions")
                    .endsWith(",\"refused\":[{\"topic\":\"unsent\",\"partition\":1,\"offset\":1}]}");
            assertThat(group("unsent")).contains("\"partition\":0,\"committedOffset\":1,");
        }
    }

    @Test
    void whoCommitsTooLateIsToldAndGoesOnWithWhatItHas() throws IOException {
        topic("late", 2, 3);
        try (RawConnection first = reading("late", "first", "")) {
            for (int i = 0; i < 6; i++) {
                next(first);
            }
            try (RawConnection second = reading("late", "second", "")) {
                String again = next(second);
                assertThat(again).endsWith(":0");
                int gone = again.charAt(0) - '0';
                HttpResponse<String> answer = commit("late", "first", 3, 3);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
                assertThat(answer.body())
                        .contains("\"error_code\":\"STALE_COMMIT\"")
                        .endsWith("\"refused\":[{\"topic\":\"late\",\"partition\":" + gone + ",\"offset\":3}]}");
                assertThat(group("late")).contains("\"partition\":" + (1 - gone) + ",\"committedOffset\":3,");
                fill("late", 2, 1);
                assertThat(next(first)).isEqualTo((1 - gone) + ":3");
                assertThat(commit("late", "second", gone == 0 ? 1 : 0, gone == 0 ? 0 : 1)
                                .body())
                        .contains("\"refused\":[{\"topic\":\"late\",\"partition\":" + (1 - gone) + ",");
            }
        }
    }

    // --- an end ------------------------------------------------------------------------------------------------------

    @Test
    void itEndsWhenWhatWasThereIsCommittedAndNotBefore() throws IOException {
        topic("backlog", 2, 3);
        try (RawConnection reader = untilEnd("backlog", "nightly")) {
            for (int i = 0; i < 6; i++) {
                next(reader);
            }
            assertThat(commit("backlog", "nightly", 3, 2).statusCode()).isEqualTo(204);
            fill("backlog", 2, 1);
            assertThat(List.of(next(reader), next(reader))).containsExactlyInAnyOrder("0:3", "1:3");
            // All that was there is committed with that; what came since has been sent, so its commit is waited for.
            assertThat(commit("backlog", "nightly", 3, 3).statusCode()).isEqualTo(204);
            assertThat(commit("backlog", "nightly", 4, 4).statusCode()).isEqualTo(204);
            assertThat(reader.readAll()).endsWith(LAST_CHUNK);
        }
        awaitGroup("backlog", "\"state\":\"EMPTY\"");
    }

    @Test
    void whereNothingIsLeftItEndsAtOnce() throws IOException {
        topic("empty", 2, 0);
        try (RawConnection reader = untilEnd("empty", "nightly")) {
            assertThat(reader.readAll()).isEqualTo(LAST_CHUNK);
        }
    }

    @Test
    void itWaitsForWhatOthersHaveRead() throws IOException {
        topic("shared", 1, 3);
        try (RawConnection other = reading("shared", "other", "")) {
            for (int i = 0; i < 3; i++) {
                next(other);
            }
            try (RawConnection reader = untilEnd("shared", "nightly")) {
                awaitGroup("shared", "\"clientId\":\"nightly\"");
                assertThat(commit("shared", "other", 3).statusCode()).isEqualTo(204);
                assertThat(reader.readAll()).isEqualTo(LAST_CHUNK);
            }
        }
    }

    // --- static members ----------------------------------------------------------------------------------------------

    @Test
    void aStaticMembersPartitionsWaitForIt() throws IOException {
        topic("kept", 1, 2);
        try (RawConnection before = asStatic("kept", "before")) {
            assertThat(next(before)).isEqualTo("0:0");
            assertThat(next(before)).isEqualTo("0:1");
            assertThat(commit("kept", "before", 1).statusCode()).isEqualTo(204);
        }
        awaitGroup("kept", "\"instanceId\":\"one\",", "\"attached\":false,\"assignment\":{\"kept\":[0]}");
        try (RawConnection other = reading("kept", "other", "")) {
            awaitGroup("kept", "\"clientId\":\"other\"");
            try (RawConnection after = asStatic("kept", "after")) {
                assertThat(next(after)).isEqualTo("0:1");
                awaitGroup("kept", "\"attached\":true,\"assignment\":{\"kept\":[0]}");
            }
            assertThat(other.socket().isClosed()).isFalse();
        }
    }

    @Test
    void ofTwoWithOneInstanceIdTheFirstIsOut() throws IOException {
        topic("twins", 1, 1);
        try (RawConnection first = asStatic("twins", "first")) {
            next(first);
            try (RawConnection second = asStatic("twins", "second")) {
                assertThat(next(second)).isEqualTo("0:0");
                assertThat(first.readAll()).contains("{\"error_code\":\"MEMBER_FENCED\"");
            }
        }
    }
}
