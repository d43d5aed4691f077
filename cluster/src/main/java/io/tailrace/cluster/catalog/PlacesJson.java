package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.CatalogEvent.Confirmed;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoved;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoving;
import io.tailrace.cluster.catalog.CatalogEvent.GroupSettled;
import io.tailrace.cluster.catalog.CatalogEvent.GroupsPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlanned;
import io.tailrace.cluster.catalog.CatalogEvent.NodeDrained;
import io.tailrace.cluster.placement.GroupMove;
import io.tailrace.cluster.placement.PlacementGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;

/** Snapshots of the catalogue, and what says where partitions live, as trees: see {@link CatalogFormat}. */
final class PlacesJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private PlacesJson() {}

    // --- to trees ----------------------------------------------------------------------------------------------------

    static ObjectNode catalog(Catalog catalog) {
        ObjectNode all = NODES.objectNode();
        all.set("topics", CatalogFormat.json(catalog.byName().values()));
        all.set("planned", CatalogFormat.json(catalog.planned().values()));
        ArrayNode deleted = all.putArray("deleted");
        catalog.deleted().values().forEach(deletion -> {
            ObjectNode topic = CatalogFormat.json(deletion.topic());
            topic.set("gone", ids(deletion.gone()));
            deleted.add(topic);
        });
        ArrayNode internals = all.putArray("internals");
        catalog.internals()
                .forEach((id, place) -> internals.add(
                        CatalogFormat.json(id).put("replicas", place.replicas()).put("placed", place.placed())));
        ArrayNode groups = all.putArray("groups");
        catalog.groups().byFactor().forEach((factor, voters) -> groups.add(groups(factor, voters)));
        all.put("move-count", catalog.groups().moveCount());
        ArrayNode moves = all.putArray("moves");
        catalog.groups().moves().forEach((group, move) -> {
            ObjectNode node = json(group).put("number", move.number());
            node.set("target", ids(move.target()));
            moves.add(node.set("leaving", ids(move.leaving())));
        });
        all.set("drained", ids(catalog.drained()));
        if (!catalog.quotas().isEmpty()) {
            ArrayNode quotas = all.putArray("quotas");
            catalog.quotas().list().forEach(quota -> quotas.add(QuotaJson.of(quota)));
        }
        return all;
    }

    static ObjectNode event(CatalogEvent event) {
        if (event instanceof GroupsPlaced placed) {
            return groups(placed.replicas(), placed.voters());
        }
        if (event instanceof GroupMoved moved) {
            return json(moved.group()).set("voters", ids(moved.voters()));
        }
        if (event instanceof GroupMoving moving) {
            return json(moving.group()).set("voters", ids(moving.target()));
        }
        if (event instanceof GroupSettled settled) {
            return json(settled.group());
        }
        if (event instanceof NodeDrained node) {
            return CatalogFormat.json(node.nodeId()).put("drained", node.drained());
        }
        if (event instanceof Confirmed) {
            return NODES.objectNode();
        }
        if (event instanceof InternalPlanned planned) {
            return CatalogFormat.json(planned.id()).put("replicas", planned.replicas());
        }
        InternalPlaced placed = (InternalPlaced) event;
        ObjectNode node = NODES.objectNode().put("replicas", placed.replicas());
        return node.set("ids", ids(placed.ids()));
    }

    private static ObjectNode json(PlacementGroup group) {
        return NODES.objectNode().put("replicas", group.replicas()).put("group", group.number());
    }

    /** Each id once, since there are many more groups than nodes. */
    private static ObjectNode groups(int factor, List<List<UUID>> voters) {
        Map<UUID, Integer> places = new LinkedHashMap<>();
        ArrayNode groups = NODES.arrayNode();
        for (List<UUID> group : voters) {
            ArrayNode node = groups.addArray();
            group.forEach(id -> {
                places.putIfAbsent(id, places.size());
                node.add(places.get(id));
            });
        }
        ObjectNode all = NODES.objectNode().put("replicas", factor);
        all.set("nodes", ids(places.keySet()));
        return all.set("groups", groups);
    }

    private static ArrayNode ids(Collection<UUID> ids) {
        ArrayNode array = NODES.arrayNode();
        ids.forEach(id -> array.add(id.toString()));
        return array;
    }

    // --- from trees --------------------------------------------------------------------------------------------------

    static Catalog catalog(JsonNode json) {
        Catalog all = Catalog.of(CatalogFormat.topics(json.path("topics")));
        for (JsonNode group : json.path("groups")) {
            all = all.apply(groupsPlaced(group));
        }
        for (Topic topic : CatalogFormat.topics(json.path("planned"))) {
            all = all.apply(new CatalogEvent.TopicPlanned(topic));
        }
        PMap<UUID, Deletion> deleted = HashTreePMap.empty();
        for (JsonNode topic : json.path("deleted")) {
            deleted = deleted.plus(
                    CatalogFormat.id(topic),
                    new Deletion(CatalogFormat.topic(topic), HashTreePSet.from(ids(topic.path("gone")))));
        }
        Map<PlacementGroup, GroupMove> moves = new HashMap<>();
        for (JsonNode move : json.path("moves")) {
            moves.put(
                    group(move),
                    new GroupMove(
                            move.required("number").asLong(),
                            ids(move.required("target")),
                            ids(move.required("leaving"))));
        }
        return all.withDeleted(deleted)
                .withInternals(internals(json.path("internals")))
                .withGroups(all.groups()
                        .withMoves(
                                HashTreePMap.from(moves),
                                json.path("move-count").asLong()))
                .withDrained(HashTreePSet.from(ids(json.path("drained"))))
                .withQuotas(QuotaJson.table(json.path("quotas")));
    }

    private static PMap<UUID, InternalPlace> internals(JsonNode array) {
        Map<UUID, InternalPlace> internals = new HashMap<>();
        for (JsonNode internal : array) {
            internals.put(
                    CatalogFormat.id(internal),
                    new InternalPlace(
                            internal.path("replicas").asInt(),
                            internal.path("placed").asBoolean()));
        }
        return HashTreePMap.from(internals);
    }

    static GroupsPlaced groupsPlaced(JsonNode json) {
        List<UUID> nodes = ids(json.required("nodes"));
        List<List<UUID>> groups = new ArrayList<>();
        for (JsonNode group : json.required("groups")) {
            List<UUID> voters = new ArrayList<>();
            group.forEach(place -> voters.add(nodes.get(place.asInt())));
            groups.add(voters);
        }
        return new GroupsPlaced(json.required("replicas").asInt(), groups);
    }

    static GroupMoved groupMoved(JsonNode json) {
        return new GroupMoved(group(json), ids(json.required("voters")));
    }

    static GroupMoving groupMoving(JsonNode json) {
        return new GroupMoving(group(json), ids(json.required("voters")));
    }

    static PlacementGroup group(JsonNode json) {
        return new PlacementGroup(
                json.required("replicas").asInt(), json.required("group").asInt());
    }

    static InternalPlanned internalPlanned(JsonNode json) {
        return new InternalPlanned(
                CatalogFormat.id(json), json.required("replicas").asInt());
    }

    static InternalPlaced internalPlaced(JsonNode json) {
        return new InternalPlaced(
                ids(json.required("ids")), json.required("replicas").asInt());
    }

    static List<UUID> ids(JsonNode array) {
        List<UUID> ids = new ArrayList<>();
        array.forEach(id -> ids.add(UUID.fromString(id.asText())));
        return ids;
    }
}
