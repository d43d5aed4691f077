package io.tailrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The quotas of a server's clients, as docs/http.md has them. Each call throws {@link ServerProblem} if the server refuses and
 * {@link ServerUnreachable} if it does not answer.
 */
public final class Quotas {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PATH = "/v1/quotas";

    private final Server server;

    /**
     * Whose a quota is; at least one of the two has to matter.
     *
     * @param principal {@code null} if it does not matter, or the default one is meant
     * @param clientId {@code null} if it does not matter, or the default one is meant
     */
    public record Whose(
            @Nullable String principal,
            boolean defaultPrincipal,
            @Nullable String clientId,
            boolean defaultClientId) {}

    /** Those of that server. */
    public Quotas(Server server) {
        this.server = server;
    }

    /** All of them: {@code {"quotas":[...]}}. */
    public JsonNode list() {
        return JsonBodies.read(server.call("GET", PATH, null, PATIENCE), server);
    }

    /** Gives somebody that quota, bytes a second, {@code null} for no limit; gives what holds now. */
    public JsonNode set(Whose whose, @Nullable Long producerByteRate, @Nullable Long consumerByteRate) {
        ObjectNode quota = JsonBodies.object();
        put(quota, "principal", whose.principal(), whose.defaultPrincipal());
        put(quota, "client_id", whose.clientId(), whose.defaultClientId());
        put(quota, "producer_byte_rate", producerByteRate);
        put(quota, "consumer_byte_rate", consumerByteRate);
        return JsonBodies.read(server.call("PUT", PATH, JsonBodies.bytes(quota), PATIENCE), server);
    }

    private static void put(ObjectNode quota, String field, @Nullable String name, boolean isDefault) {
        if (name != null || isDefault) {
            quota.put(field, name);
        }
    }

    private static void put(ObjectNode quota, String field, @Nullable Long rate) {
        if (rate != null) {
            quota.put(field, rate);
        }
    }

    /** Takes somebody's quota away. */
    public void delete(Whose whose) {
        List<String> query = new ArrayList<>();
        add(query, "principal", whose.principal(), whose.defaultPrincipal());
        add(query, "client_id", whose.clientId(), whose.defaultClientId());
        server.call("DELETE", PATH + "?" + String.join("&", query), null, PATIENCE);
    }

    private static void add(List<String> query, String name, @Nullable String value, boolean isDefault) {
        if (value != null) {
            query.add(name + "=" + Server.escaped(value));
        } else if (isDefault) {
            query.add("default=" + name);
        }
    }
}
