package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.CatalogEvent.Confirmed;
import io.tailrace.cluster.catalog.CatalogEvent.FilesGone;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoved;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoving;
import io.tailrace.cluster.catalog.CatalogEvent.GroupSettled;
import io.tailrace.cluster.catalog.CatalogEvent.GroupsPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlanned;
import io.tailrace.cluster.catalog.CatalogEvent.NodeDrained;
import io.tailrace.cluster.catalog.CatalogEvent.PlanDropped;
import io.tailrace.cluster.catalog.CatalogEvent.QuotaSet;
import io.tailrace.cluster.catalog.CatalogEvent.TopicAltered;
import io.tailrace.cluster.catalog.CatalogEvent.TopicCreated;
import io.tailrace.cluster.catalog.CatalogEvent.TopicDeleted;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
import io.tailrace.cluster.catalog.CatalogEvent.TopicPlanned;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * The catalogue's events and snapshots as bytes: JSON, under a manifest that names what it is and its version.
 *
 * <pre>
 *   topic               {"name", "id", "partitions", "replicas", "settings": {name: text …}}
 *   planned/1           topic
 *   plan-dropped/1      {"id"}
 *   created/2           topic
 *   altered/2           topic
 *   deleted/1           {"id"}
 *   files-gone/1        {"id", "node"}
 *   forgotten/1         {"id"}
 *   groups-placed/1     {"replicas", "nodes": [id …], "groups": [[place of a voter in "nodes" …] …]}
 *   group-moved/1       {"replicas", "group", "voters": [id …]}
 *   group-moving/1      {"replicas", "group", "voters": [id …]}
 *   group-settled/1     {"replicas", "group"}
 *   node-drained/1      {"id", "drained"}
 *   confirmed/1         {}
 *   internal-planned/1  {"id", "replicas"}
 *   internal-placed/1   {"ids": [id …], "replicas"}
 *   quota-set/1         {"principal", "client-id", "producer_byte_rate", "consumer_byte_rate"}: see {@link QuotaJson}
 *   catalog/3           {"topics": [topic …], "planned": [topic …], "deleted": [topic with "gone": [id …] …],
 *                        "internals": [{"id", "replicas", "placed"} …], "groups": [as groups-placed …],
 *                        "move-count", "moves": [{"replicas", "group", "number", "target": [id …], "leaving": [id …]} …],
 *                        "drained": [id …]}
 *   catalog/4           the same with "quotas": [as quota-set …]; written where there are any
 * </pre>
 *
 * <p>The versions 1 of {@code created}, {@code altered} and {@code catalog} are from before there were clusters, and still read:
 * they lack {@code replicas}, which was 1, and all that is about places; {@code catalog/2} lacks the moves, of which there were none. Without quotas a snapshot is {@code catalog/3} still, so that a program from before there were
 * any reads it. A manifest that is not known, of a newer version, stops
 * the catalogue: a guess could orphan data.
 */
public final class CatalogFormat extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_101;

    private static final Map<Class<?>, String> MANIFESTS = Map.ofEntries(
            Map.entry(TopicPlanned.class, "planned/1"),
            Map.entry(PlanDropped.class, "plan-dropped/1"),
            Map.entry(TopicCreated.class, "created/2"),
            Map.entry(TopicAltered.class, "altered/2"),
            Map.entry(TopicDeleted.class, "deleted/1"),
            Map.entry(FilesGone.class, "files-gone/1"),
            Map.entry(TopicForgotten.class, "forgotten/1"),
            Map.entry(GroupsPlaced.class, "groups-placed/1"),
            Map.entry(GroupMoved.class, "group-moved/1"),
            Map.entry(GroupMoving.class, "group-moving/1"),
            Map.entry(GroupSettled.class, "group-settled/1"),
            Map.entry(NodeDrained.class, "node-drained/1"),
            Map.entry(QuotaSet.class, "quota-set/1"),
            Map.entry(Confirmed.class, "confirmed/1"),
            Map.entry(InternalPlanned.class, "internal-planned/1"),
            Map.entry(InternalPlaced.class, "internal-placed/1"),
            Map.entry(Catalog.class, "catalog/3"));

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        return manifestOf(object);
    }

    static String manifestOf(Object object) {
        if (object instanceof Catalog catalog && !catalog.quotas().isEmpty()) {
            return "catalog/4";
        }
        String manifest = MANIFESTS.get(object.getClass());
        if (manifest == null) {
            throw new IllegalArgumentException("Nothing of the catalogue's: " + object.getClass());
        }
        return manifest;
    }

    @Override
    public byte[] toBinary(Object object) {
        try {
            return JSON.writeValueAsBytes(json(object));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a tree, for whatever bytes. */
    static JsonNode json(Object object) {
        if (object instanceof Catalog catalog) {
            return PlacesJson.catalog(catalog);
        }
        if (object instanceof TopicPlanned planned) {
            return json(planned.topic());
        }
        if (object instanceof PlanDropped dropped) {
            return json(dropped.topicId());
        }
        if (object instanceof TopicCreated created) {
            return json(created.topic());
        }
        if (object instanceof TopicAltered altered) {
            return json(altered.topic());
        }
        if (object instanceof TopicDeleted deleted) {
            return json(deleted.topicId());
        }
        if (object instanceof FilesGone gone) {
            return json(gone.topicId()).put("node", gone.nodeId().toString());
        }
        if (object instanceof TopicForgotten forgotten) {
            return json(forgotten.topicId());
        }
        if (object instanceof QuotaSet set) {
            return QuotaJson.of(set.quota());
        }
        return PlacesJson.event((CatalogEvent) object);
    }

    static ArrayNode json(Collection<Topic> topics) {
        ArrayNode all = JSON.createArrayNode();
        topics.forEach(topic -> all.add(json(topic)));
        return all;
    }

    static ObjectNode json(UUID id) {
        return JSON.createObjectNode().put("id", id.toString());
    }

    static ObjectNode json(Topic topic) {
        ObjectNode node = json(topic.id())
                .put("name", topic.name())
                .put("partitions", topic.partitions())
                .put("replicas", topic.replicas());
        ObjectNode settings = node.putObject("settings");
        topic.settings().asStored().forEach(settings::put);
        return node;
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        return object(read(bytes), manifest);
    }

    /** What {@link #json(Object)} made a tree of. */
    static Object object(JsonNode json, String manifest) {
        return switch (manifest) {
            case "planned/1" -> new TopicPlanned(topic(json));
            case "plan-dropped/1" -> new PlanDropped(id(json));
            case "created/1", "created/2" -> new TopicCreated(topic(json));
            case "altered/1", "altered/2" -> new TopicAltered(topic(json));
            case "deleted/1" -> new TopicDeleted(id(json));
            case "files-gone/1" -> new FilesGone(id(json), id(json, "node"));
            case "forgotten/1" -> new TopicForgotten(id(json));
            case "groups-placed/1" -> PlacesJson.groupsPlaced(json);
            case "group-moved/1" -> PlacesJson.groupMoved(json);
            case "group-moving/1" -> PlacesJson.groupMoving(json);
            case "group-settled/1" -> new GroupSettled(PlacesJson.group(json));
            case "node-drained/1" ->
                new NodeDrained(id(json), json.required("drained").asBoolean());
            case "quota-set/1" -> new QuotaSet(QuotaJson.quota(json));
            case "confirmed/1" -> new Confirmed();
            case "internal-planned/1" -> PlacesJson.internalPlanned(json);
            case "internal-placed/1" -> PlacesJson.internalPlaced(json);
            case "catalog/1", "catalog/2", "catalog/3", "catalog/4" -> PlacesJson.catalog(json);
            default ->
                throw new TailraceException(
                        ErrorCode.DATA_DIR_VERSION,
                        "The catalogue holds a '" + manifest
                                + "', which this version does not know: run the newer version.");
        };
    }

    private static JsonNode read(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Topic> topics(JsonNode array) {
        List<Topic> all = new ArrayList<>();
        array.forEach(node -> all.add(topic(node)));
        return all;
    }

    static UUID id(JsonNode json) {
        return id(json, "id");
    }

    static UUID id(JsonNode json, String field) {
        return UUID.fromString(json.path(field).asText());
    }

    static Topic topic(JsonNode json) {
        return new Topic(
                json.path("name").asText(),
                id(json),
                json.path("partitions").asInt(),
                json.path("replicas").asInt(1),
                settings(json));
    }

    static TopicSettings settings(JsonNode json) {
        return TopicSettings.DEFAULT.with(texts(json.path("settings")));
    }

    static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
        return texts;
    }
}
