package io.tailrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The look for damage in the replicas of a server's node, as docs/http.md has it. Each call throws {@link ServerProblem} if the server refuses
 * and {@link ServerUnreachable} if it does not answer.
 */
public final class Scrubs {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Server server;

    /** That of that server's node. */
    public Scrubs(Server server) {
        this.server = server;
    }

    /** Begins a round over all replicas, or those of a topic; gives what there is until now. */
    public JsonNode begin(@Nullable String topic) {
        String path = topic == null ? "/v1/scrub" : "/v1/topics/" + Server.escaped(topic) + "/scrub";
        return JsonBodies.read(server.call("POST", path, JsonBodies.bytes(JsonBodies.object()), PATIENCE), server);
    }

    /** What has been done and found. */
    public JsonNode report() {
        return JsonBodies.read(server.call("GET", "/v1/scrub", null, PATIENCE), server);
    }
}
