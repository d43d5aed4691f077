package io.tailrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** The backups that a server makes. Throws {@link ServerProblem} if it refuses and {@link ServerUnreachable} if it does not answer. */
public final class Backups {
    private final Server server;

    /** Those of that server. */
    public Backups(Server server) {
        this.server = server;
    }

    /** Makes one in a directory of the server's machine; gives what docs/http.md says. */
    public JsonNode create(String directory, Duration timeout) {
        byte[] body = JsonBodies.bytes(JsonBodies.object().put("directory", directory));
        return JsonBodies.read(server.call("POST", "/v1/backups", body, timeout), server);
    }
}
