package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicRoutesTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @AfterEach
    void answerTruly() {
        for (String method : new String[] {"alter", "delete", "deleteRecords", "list"}) {
            node.watched().answerTruly(method);
        }
    }

    private static HttpResponse<String> patch(String topic, String body) {
        return node.send(node.request("/v1/topics/" + topic)
                .header("Content-Type", JSON)
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    @Test
    void aTopicIsCreatedAndFoundAgain() {
        HttpResponse<String> created = node.post(
                "/v1/topics",
                JSON,
                "{\"name\":\"created\",\"partitions\":2,\"settings\":{\"retention.ms\":60000,\"segment.ms\":\"1000\",\"retention.bytes\":null}}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).hasValue("/v1/topics/created");
        assertThat(created.body())
                .startsWith("{\"name\":\"created\",\"id\":\"")
                .contains("\"retention.ms\":\"60000\"", "\"segment.ms\":\"1000\"", "\"retention.bytes\":\"-1\"")
                .endsWith(
                        "\"partitions\":["
                                + "{\"partition\":0,\"leader\":\"node\",\"epoch\":1,\"replicas\":[\"node\"],\"offline\":[],\"lag\":{\"node\":0},\"startOffset\":0,\"endOffset\":0},"
                                + "{\"partition\":1,\"leader\":\"node\",\"epoch\":1,\"replicas\":[\"node\"],\"offline\":[],\"lag\":{\"node\":0},\"startOffset\":0,\"endOffset\":0}]}");
        assertThat(node.get("/v1/topics/created").body()).isEqualTo(created.body());
        assertThat(node.get("/v1/topics").body())
                .startsWith("{\"topics\":[")
                .containsPattern("\\{\"name\":\"created\",\"id\":\"[^}]*},\"partitions\":2}");
        assertThat(node.post("/v1/topics", JSON, "{\"name\":\"created\"}").body())
                .contains("TOPIC_EXISTS");
    }

    @Test
    void offsetsMoveWithTheRecords() {
        node.withTopic("moving", 1);
        node.produce("moving", "{\"value\":{\"data\":\"x\"}}\n".repeat(3));
        assertThat(node.get("/v1/topics/moving").body()).contains("\"startOffset\":0,\"endOffset\":3");
    }

    @Test
    void aTopicIsChangedFieldByField() {
        node.withTopic("changing", 1);
        AtomicReference<TopicChange> change = new AtomicReference<>();
        node.watched().answer("alter", arguments -> {
            change.set((TopicChange) arguments[1]);
            return node.tailrace().topics().describe((String) arguments[0]);
        });
        HttpResponse<String> answer =
                patch("changing", "{\"partitions\":3,\"settings\":{\"retention.ms\":\"5\",\"segment.ms\":null}}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("{\"name\":\"changing\"");
        assertThat(change)
                .hasValue(new TopicChange(OptionalInt.of(3), Map.of("retention.ms", "5"), Set.of("segment.ms")));
        patch("changing", "{}");
        assertThat(change).hasValue(new TopicChange(OptionalInt.empty(), Map.of(), Set.of()));
    }

    @Test
    void aTopicIsDeleted() {
        node.withTopic("deleted", 1);
        AtomicReference<Object> deleted = new AtomicReference<>();
        node.watched().answer("delete", arguments -> {
            deleted.set(arguments[0]);
            return node.tailrace().topics().describe("deleted");
        });
        HttpResponse<String> answer =
                node.send(node.request("/v1/topics/deleted").DELETE());
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(deleted).hasValue("deleted");
    }

    @Test
    void recordsAreDeletedBeforeAnOffset() {
        node.withTopic("cut", 2);
        AtomicReference<Object> before = new AtomicReference<>();
        node.watched().answer("deleteRecords", arguments -> {
            before.set(arguments[1]);
            return CompletableFuture.completedStage(new OffsetRange(42, 50));
        });
        HttpResponse<String> answer =
                node.post("/v1/topics/cut/partitions/1/delete-records", JSON, "{\"before_offset\":42}");
        assertThat(answer.body()).isEqualTo("{\"partition\":1,\"startOffset\":42,\"endOffset\":50}");
        assertThat(before).hasValue(42L);
        node.post("/v1/topics/cut/partitions/1/delete-records", JSON, "{\"before_offset\":-1}");
        assertThat(before).hasValue(-1L);
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN_TOPIC,404",
        "CATALOG_UNAVAILABLE,503",
        "OUTCOME_UNKNOWN,503",
        "DISK_FULL,507",
        "IO_FAILED,500",
        "OFFSET_OUT_OF_RANGE,416"
    })
    void whatTheNodeSaysIsWhatTheClientHears(ErrorCode code, int status) {
        node.watched()
                .answer(
                        "list",
                        arguments -> CompletableFuture.failedStage(new TailraceException(code, "It is \"so\".")));
        HttpResponse<String> answer = node.get("/v1/topics");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body())
                .startsWith("{\"type\":\"about:blank\",\"title\":\"")
                .endsWith("\"status\":" + status + ",\"error_code\":\"" + code
                        + "\",\"detail\":\"It is \\\"so\\\".\",\"retriable\":" + code.retriable() + "}");
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /v1/topics | {                              | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | ''                             | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | []                             | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {}                             | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":1}                   | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":\"a\",\"name\":\"b\"} | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":\"a\",\"x\":1}       | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":\"a\"} x             | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":\"a b\"}             | 400 | INVALID_TOPIC_NAME",
                "POST   | /v1/topics | {\"name\":\"..\"}              | 400 | INVALID_TOPIC_NAME",
                "POST   | /v1/topics | {\"name\":\"a\",\"partitions\":0}     | 400 | INVALID_SETTING",
                "POST   | /v1/topics | {\"name\":\"a\",\"partitions\":1.5}   | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":\"a\",\"partitions\":\"1\"} | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":\"a\",\"settings\":{\"x\":\"1\"}}            | 400 | INVALID_SETTING",
                "POST   | /v1/topics | {\"name\":\"a\",\"settings\":{\"retention.ms\":true}}  | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics | {\"name\":\"a\",\"settings\":{\"retention.ms\":\"x\"}} | 400 | INVALID_SETTING",
                "POST   | /v1/topics?x=1 | {\"name\":\"a\"}           | 400 | MALFORMED_REQUEST",
                "GET    | /v1/topics/nope | ''                        | 404 | UNKNOWN_TOPIC",
                "GET    | /v1/topics/a%20b | ''                       | 400 | INVALID_TOPIC_NAME",
                "GET    | /v1/topics/a%2Fb | ''                       | 400 | INVALID_TOPIC_NAME",
                "GET    | /v1             | ''                        | 404 | NOT_FOUND",
                "GET    | /               | ''                        | 404 | NOT_FOUND",
                "GET    | /v1/topics/a/b  | ''                        | 404 | NOT_FOUND",
                "PUT    | /v1/topics      | {}                        | 405 | METHOD_NOT_ALLOWED",
                "POST   | /v1/topics/nope/partitions/0/delete-records | {\"before_offset\":1} | 404 | UNKNOWN_TOPIC",
                "POST   | /v1/topics/nope/partitions/0/delete-records | {}                    | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics/nope/partitions/0/delete-records | {\"before_offset\":-2} | 400 | MALFORMED_REQUEST",
                "POST   | /v1/topics/there/partitions/1/delete-records | {\"before_offset\":1} | 404 | UNKNOWN_PARTITION",
                "POST   | /v1/topics/there/partitions/x/delete-records | {\"before_offset\":1} | 400 | MALFORMED_REQUEST",
            })
    void whatIsWrongIsAProblemThatSaysSo(String method, String path, String body, int status, String code) {
        if (path.contains("there") && node.get("/v1/topics/there").statusCode() == 404) {
            node.withTopic("there", 1);
        }
        HttpResponse<String> answer = node.send(
                node.request(path).header("Content-Type", JSON).method(method, BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body())
                .contains("\"status\":" + status + ",", "\"error_code\":\"" + code + "\"")
                .doesNotContain("Exception", "com.fasterxml");
    }

    @Test
    void anAnswerThatTheClientDoesNotTakeIsNotGiven() {
        assertThat(node.send(node.request("/v1/topics").header("Accept", "text/html"))
                        .statusCode())
                .isEqualTo(406);
        assertThat(node.send(node.request("/v1/topics").header("Accept", "text/html, application/*;q=0.1"))
                        .statusCode())
                .isEqualTo(200);
    }
}
