package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a node that is alone; what moves between several is tested where it is done. */
class PlacementRoutesTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
        node.withTopic("some", 1);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static HttpResponse<String> post(String path, String... headers) {
        var request = node.request(path).POST(BodyPublishers.noBody());
        return node.send(headers.length == 0 ? request : request.headers(headers));
    }

    @Test
    void nodesAndGroupsAreListed() {
        assertThat(node.get("/v1/nodes").body())
                .startsWith("{\"nodes\":[{\"name\":\"node\",\"id\":\"")
                .contains(
                        "\"alive\":true,\"drained\":false,\"founder\":true,\"groups\":128,\"arriving\":0,\"leaving\":0");
        assertThat(node.get("/v1/placement").body())
                .startsWith("{\"groups\":[{\"group\":\"control\",\"voters\":[\"node\"],\"target\":[],\"leaving\":[]},"
                        + "{\"group\":\"1-0\",\"voters\":[\"node\"],\"target\":[],\"leaving\":[]}");
    }

    @Test
    void theLastNodeIsNotDrained() {
        assertThat(post("/v1/nodes/node/drain").statusCode()).isEqualTo(503);
        assertThat(post("/v1/nodes/node/drain").body()).contains("NOT_ENOUGH_NODES");
        assertThat(post("/v1/nodes/nobody/drain").statusCode()).isEqualTo(404);
        assertThat(node.post("/v1/nodes/node/undrain", JSON, "{}").body()).contains("\"drained\":false");
    }

    @Test
    void whatDoesNotMoveSaysWhy() {
        assertThat(node.post("/v1/placement/1-5/move", JSON, "{\"voters\":[\"node\"]}")
                        .body())
                .isEqualTo("{\"group\":\"1-5\",\"voters\":[\"node\"],\"target\":[],\"leaving\":[]}");
        assertThat(node.post("/v1/placement/1-5/move", JSON, "{\"voters\":[\"node\",\"node\"]}")
                        .body())
                .contains("INVALID_ARGUMENT");
        assertThat(node.post("/v1/placement/control/move", JSON, "{\"voters\":[\"node\"]}")
                        .body())
                .contains("INVALID_ARGUMENT");
        assertThat(node.post("/v1/placement/1-5/move", JSON, "{\"voters\":[\"x\"]}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(node.post("/v1/placement/1-500/move", JSON, "{\"voters\":[\"node\"]}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(node.post("/v1/placement/1-5/move", JSON, "{}").statusCode()).isEqualTo(400);
        assertThat(post("/v1/cluster/rebalance").body()).isEqualTo("{\"moving\":0}");
    }

    @Test
    void aPageOfAStrangersSiteMovesNothing() {
        assertThat(post("/v1/cluster/rebalance", "Origin", "http://elsewhere.example")
                        .statusCode())
                .isEqualTo(415);
        assertThat(node.post("/v1/cluster/rebalance", "text/plain", "{}").statusCode())
                .isEqualTo(415);
    }
}
