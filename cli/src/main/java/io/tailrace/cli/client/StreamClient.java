package io.tailrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * The stream applications of a server, as docs/http.md has them. Each call throws {@link ServerProblem} if the server refuses and
 * {@link ServerUnreachable} if it does not answer.
 */
public final class StreamClient {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Server server;

    /** Those of that server. */
    public StreamClient(Server server) {
        this.server = server;
    }

    /** All of them: {@code {"streams":[...],"unanswered":0}}. */
    public JsonNode list() {
        return JsonBodies.read(server.call("GET", "/v1/streams", null, PATIENCE), server);
    }

    /** One of them, with its tasks. */
    public JsonNode get(String name) {
        return JsonBodies.read(server.call("GET", path(name), null, PATIENCE), server);
    }

    /**
     * What one of them runs.
     *
     * @param format as the HTTP API has it
     */
    public String topology(String name, String format) {
        return server.text(path(name) + "/topology?format=" + Server.escaped(format), PATIENCE);
    }

    /** Forgets what one of them has done, or says what would be deleted. */
    public JsonNode reset(String name, boolean execute) {
        byte[] wish = JsonBodies.bytes(JsonBodies.object().put("execute", execute));
        return JsonBodies.read(server.call("POST", path(name) + "/reset", wish, PATIENCE), server);
    }

    private static String path(String name) {
        return "/v1/streams/" + Server.escaped(name);
    }
}
