package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.CatalogEvent.TopicAltered;
import io.tailrace.cluster.catalog.CatalogEvent.TopicCreated;
import io.tailrace.cluster.catalog.CatalogEvent.TopicDeleted;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
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
 *   topic             {"name", "id", "partitions", "settings": {name: text …}}
 *   created/1         topic
 *   altered/1         topic
 *   deleted/1         {"id"}
 *   forgotten/1       {"id"}
 *   catalog/1         {"topics": [topic …], "deleted": [topic …]}
 * </pre>
 *
 * <p>A manifest that is not known, of a newer version, stops the catalogue: a guess could orphan data.
 */
public final class CatalogFormat extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_101;

    private static final String CREATED = "created/1";
    private static final String ALTERED = "altered/1";
    private static final String DELETED = "deleted/1";
    private static final String FORGOTTEN = "forgotten/1";
    private static final String CATALOG = "catalog/1";

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
        if (object instanceof TopicCreated) {
            return CREATED;
        }
        if (object instanceof TopicAltered) {
            return ALTERED;
        }
        if (object instanceof TopicDeleted) {
            return DELETED;
        }
        if (object instanceof TopicForgotten) {
            return FORGOTTEN;
        }
        if (object instanceof Catalog) {
            return CATALOG;
        }
        throw new IllegalArgumentException("Nothing of the catalogue's: " + object.getClass());
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
        if (object instanceof TopicCreated created) {
            return json(created.topic());
        }
        if (object instanceof TopicAltered altered) {
            return json(altered.topic());
        }
        if (object instanceof TopicDeleted deleted) {
            return json(deleted.topicId());
        }
        if (object instanceof TopicForgotten forgotten) {
            return json(forgotten.topicId());
        }
        Catalog catalog = (Catalog) object;
        ObjectNode all = JSON.createObjectNode();
        all.set("topics", json(catalog.byName().values()));
        all.set("deleted", json(catalog.deleted().values()));
        return all;
    }

    static ArrayNode json(Collection<Topic> topics) {
        ArrayNode all = JSON.createArrayNode();
        topics.forEach(topic -> all.add(json(topic)));
        return all;
    }

    private static ObjectNode json(UUID id) {
        return JSON.createObjectNode().put("id", id.toString());
    }

    static ObjectNode json(Topic topic) {
        ObjectNode node = json(topic.id()).put("name", topic.name()).put("partitions", topic.partitions());
        ObjectNode settings = node.putObject("settings");
        topic.settings().asMap().forEach(settings::put);
        return node;
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        return object(read(bytes), manifest);
    }

    /** What {@link #json(Object)} made a tree of. */
    static Object object(JsonNode json, String manifest) {
        return switch (manifest) {
            case CREATED -> new TopicCreated(topic(json));
            case ALTERED -> new TopicAltered(topic(json));
            case DELETED -> new TopicDeleted(id(json));
            case FORGOTTEN -> new TopicForgotten(id(json));
            case CATALOG -> Catalog.of(topics(json.path("topics")), topics(json.path("deleted")));
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
        return UUID.fromString(json.path("id").asText());
    }

    static Topic topic(JsonNode json) {
        return new Topic(
                json.path("name").asText(), id(json), json.path("partitions").asInt(), settings(json));
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
