package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.cluster.catalog.Placements.GroupState;
import io.tailrace.cluster.catalog.Placements.NodeState;
import io.tailrace.cluster.catalog.Placements.State;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.util.ByteString;

/** Nodes and placement groups as JSON. */
final class PlacementJson {
    private PlacementJson() {}

    static ByteString nodes(State state) {
        return Json.object(json -> {
            json.writeArrayFieldStart("nodes");
            for (NodeState node : state.nodes()) {
                json.writeStartObject();
                write(json, node);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static ByteString node(NodeState node) {
        return Json.object(json -> {
            write(json, node);
            if (node.drained() && node.founder()) {
                json.writeStringField(
                        "note", "It is a founder of the cluster, so the control group stays on it: keep it running.");
            }
        });
    }

    static ByteString groups(State state) {
        Map<UUID, String> names = names(state);
        return Json.object(json -> {
            json.writeArrayFieldStart("groups");
            for (GroupState group : state.groups()) {
                json.writeStartObject();
                write(json, group, names);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static ByteString group(GroupState group, State state) {
        return Json.object(json -> write(json, group, names(state)));
    }

    /** How much of the cluster is on its way. */
    static ByteString moving(State state) {
        long moving = state.groups().stream()
                .filter(group -> !group.target().isEmpty() || !group.leaving().isEmpty())
                .count();
        return Json.object(json -> json.writeNumberField("moving", moving));
    }

    private static Map<UUID, String> names(State state) {
        Map<UUID, String> names = new HashMap<>();
        state.nodes().forEach(node -> names.put(node.id(), node.name()));
        return names;
    }

    private static void write(JsonGenerator json, NodeState node) throws IOException {
        json.writeStringField("name", node.name());
        json.writeStringField("id", node.id().toString());
        json.writeBooleanField("alive", node.alive());
        json.writeBooleanField("drained", node.drained());
        json.writeBooleanField("founder", node.founder());
        json.writeNumberField("groups", node.groups());
        json.writeNumberField("arriving", node.arriving());
        json.writeNumberField("leaving", node.leaving());
    }

    private static void write(JsonGenerator json, GroupState group, Map<UUID, String> names) throws IOException {
        json.writeStringField("group", group.group().text());
        write(json, "voters", group.voters(), names);
        write(json, "target", group.target(), names);
        write(json, "leaving", group.leaving(), names);
    }

    private static void write(JsonGenerator json, String field, List<UUID> nodes, Map<UUID, String> names)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (UUID node : nodes) {
            json.writeString(names.getOrDefault(node, node.toString()));
        }
        json.writeEndArray();
    }
}
