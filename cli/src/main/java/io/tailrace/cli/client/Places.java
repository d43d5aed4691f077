package io.tailrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/**
 * The nodes and placement groups of a server's cluster, as docs/http.md has them. Each call throws {@link ServerProblem} if the server refuses and
 * {@link ServerUnreachable} if it does not answer.
 */
public final class Places {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Server server;

    /** Those of that server's cluster. */
    public Places(Server server) {
        this.server = server;
    }

    /** All nodes: {@code {"nodes":[...]}}. */
    public JsonNode nodes() {
        return get("/v1/nodes");
    }

    /** All placement groups: {@code {"groups":[...]}}. */
    public JsonNode groups() {
        return get("/v1/placement");
    }

    /** Moves everything from a node, in the background; gives the node. */
    public JsonNode drain(String node) {
        return post("/v1/nodes/" + Server.escaped(node) + "/drain", JsonBodies.object());
    }

    /** Lets a node hold something again; gives the node. */
    public JsonNode undrain(String node) {
        return post("/v1/nodes/" + Server.escaped(node) + "/undrain", JsonBodies.object());
    }

    /** Moves a placement group to these nodes, in the background; gives the group. */
    public JsonNode move(String group, List<String> voters) {
        ObjectNode wanted = JsonBodies.object();
        ArrayNode names = wanted.putArray("voters");
        voters.forEach(names::add);
        return post("/v1/placement/" + Server.escaped(group) + "/move", wanted);
    }

    /** Gives each node its share, in the background: {@code {"moving":12}}. */
    public JsonNode rebalance() {
        return post("/v1/cluster/rebalance", JsonBodies.object());
    }

    private JsonNode get(String path) {
        return JsonBodies.read(server.call("GET", path, null, PATIENCE), server);
    }

    private JsonNode post(String path, ObjectNode body) {
        return JsonBodies.read(server.call("POST", path, JsonBodies.bytes(body), PATIENCE), server);
    }
}
