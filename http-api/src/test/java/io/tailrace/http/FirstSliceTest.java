package io.tailrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstSliceTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void aNodeThatServesIsAliveAndReady() {
        assertThat(node.get("/alive").statusCode()).isEqualTo(200);
        assertThat(node.get("/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void aTopicIsCreatedAndFoundAgain() {
        HttpResponse<String> created =
                node.post("/v1/topics", "application/json", "{\"name\":\"t1\",\"partitions\":2}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).hasValue("/v1/topics/t1");
        assertThat(node.get("/v1/topics/t1").body()).isEqualTo(created.body()).contains("\"partition\":1");
        assertThat(node.get("/v1/topics").body()).contains("\"name\":\"t1\"");
        assertThat(node.get("/v1/topics/nope").body()).contains("UNKNOWN_TOPIC");
    }

    @Test
    void linesAreReportedOneByOneAndReadBack() {
        node.withTopic("r1", 2);
        HttpResponse<String> produced = node.post("/v1/topics/r1/records", "application/x-ndjson", """
                {"value":{"data":"one"},"partition_id":0}
                {"value":{"data":{"a" : 1.10},"type":"JSON"},"partition_id":1}
                {broken

                {"value":null,"key":{"data":"k"},"partition_id":1}""");
        assertThat(produced.body().lines())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("{\"line\":1,\"partition_id\":0,\"offset\":0,"),
                        second -> assertThat(second).startsWith("{\"line\":2,\"partition_id\":1,\"offset\":0,"),
                        third -> assertThat(third).startsWith("{\"line\":3,\"error_code\":\"MALFORMED_REQUEST\""),
                        fifth -> assertThat(fifth).startsWith("{\"line\":5,\"partition_id\":1,\"offset\":1,"));
        assertThat(node.get("/v1/topics/r1/records?until=end&partition=1&data=json")
                        .body()
                        .lines())
                .satisfiesExactly(
                        first -> assertThat(first).endsWith("\"value\":{\"type\":\"JSON\",\"data\":{\"a\":1.10}}}"),
                        second -> assertThat(second)
                                .endsWith("\"key\":{\"type\":\"STRING\",\"data\":\"k\"},\"value\":null}"));
        assertThat(node.get("/v1/topics/r1/records?from=99&partition=0").statusCode())
                .isEqualTo(416);
    }
}
