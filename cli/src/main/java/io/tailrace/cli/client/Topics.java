package io.tailrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The topics of a server. Topics are JSON objects as docs/http.md has them. Each call throws {@link ServerProblem} if the server
 * refuses and {@link ServerUnreachable} if it does not answer.
 */
public final class Topics {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Server server;

    /** Those of that server. */
    public Topics(Server server) {
        this.server = server;
    }

    /** All of them: {@code {"topics":[...]}}. */
    public JsonNode list() {
        return json(server.call("GET", "/v1/topics", null, PATIENCE));
    }

    /** One of them. */
    public JsonNode get(String topic) {
        return json(server.call("GET", path(topic), null, PATIENCE));
    }

    /**
     * A new one.
     *
     * @param replicas how many nodes hold each partition; {@code null} for the server's default
     */
    public JsonNode create(String topic, int partitions, @Nullable Integer replicas, Map<String, String> settings) {
        ObjectNode wanted = JsonBodies.object().put("name", topic).put("partitions", partitions);
        if (replicas != null) {
            wanted.put("replicas", replicas);
        }
        ObjectNode set = wanted.putObject("settings");
        settings.forEach(set::put);
        return json(server.call("POST", "/v1/topics", JsonBodies.bytes(wanted), PATIENCE));
    }

    /**
     * Changes one.
     *
     * @param partitions how many it is to have, or {@code null} to leave that
     * @param set settings and their new values
     * @param reset settings that go back to their defaults
     */
    public JsonNode alter(String topic, @Nullable Integer partitions, Map<String, String> set, Set<String> reset) {
        ObjectNode change = JsonBodies.object();
        if (partitions != null) {
            change.put("partitions", partitions);
        }
        ObjectNode settings = JsonBodies.object();
        set.forEach(settings::put);
        reset.forEach(settings::putNull);
        if (!settings.isEmpty()) {
            change.set("settings", settings);
        }
        return json(server.call("PATCH", path(topic), JsonBodies.bytes(change), PATIENCE));
    }

    /** Deletes one with all its records. */
    public void delete(String topic) {
        server.call("DELETE", path(topic), null, PATIENCE);
    }

    /** Deletes the records of a partition before that offset, -1 for all; gives the offsets that are left. */
    public JsonNode deleteRecords(String topic, int partition, long beforeOffset) {
        ObjectNode before = JsonBodies.object().put("before_offset", beforeOffset);
        String path = path(topic) + "/partitions/" + partition + "/delete-records";
        return json(server.call("POST", path, JsonBodies.bytes(before), PATIENCE));
    }

    /** How the replica on that very server stands. */
    public JsonNode replica(String topic, int partition) {
        return JsonBodies.read(server.call("GET", replicaPath(topic, partition), null, PATIENCE), server);
    }

    /** Lets the replica on that very server vote though it may have lost something; gives how it stands then. */
    public JsonNode recoverUncleanly(String topic, int partition) {
        ObjectNode accepted = JsonBodies.object().put("accept_data_loss", true);
        String path = replicaPath(topic, partition) + "/recover-uncleanly";
        return JsonBodies.read(server.call("POST", path, JsonBodies.bytes(accepted), PATIENCE), server);
    }

    private static String replicaPath(String topic, int partition) {
        return path(topic) + "/partitions/" + partition + "/replica";
    }

    private static String path(String topic) {
        return "/v1/topics/" + Server.escaped(topic);
    }

    private JsonNode json(byte[] body) {
        return JsonBodies.read(body, server);
    }
}
