package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.tailrace.cluster.catalog.TopicCatalog.Changed;
import io.tailrace.cluster.catalog.TopicCatalog.Everything;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * What is said to the catalogue from another node, its answers, and what its followers hear: CBOR, under a manifest that names what it
 * is and its version. Topics and events look as in {@link CatalogFormat}; an actor is its path.
 *
 * <pre>
 *   create/1       {"topic": {"name", "partitions", "settings"}, "id", "replyTo"}
 *   describe/1     {"name", "replyTo"}
 *   list/1         {"replyTo"}
 *   alter/1        {"name", "partitions" or nothing, "set": {name: text …}, "reset": [name …], "replyTo"}
 *   delete/1       {"name", "replyTo"}
 *   adopt/1        {"topics": [topic …], "replyTo"}
 *   forget/1       {"id"}
 *   follow/1       {"version", "follower"}
 *   one/1          topic
 *   many/1         {"topics": [topic …]}, compressed with gzip
 *   refused/1      {"code", "message"}
 *   everything/1   {"version", "manifest", "catalog"}, compressed with gzip
 *   changed/1      {"version", "manifest", "event"}
 * </pre>
 *
 * <p>What is not known is refused with SERIALIZATION_FAILED; Pekko logs and drops that message, as if it had been lost.
 */
public final class CatalogMessages extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_103;
    /** All topics that there can be, and more. */
    private static final int MAX_BYTES = 64 << 20;

    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private final ExtendedActorSystem system;

    /** Pekko makes it. */
    public CatalogMessages(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        String kind = kind(object);
        if (kind == null) {
            throw new IllegalArgumentException("Never leaves its node: " + object.getClass());
        }
        return kind;
    }

    private static @Nullable String kind(Object object) {
        if (object instanceof TopicCatalog.Command command) {
            return kindOf(command);
        }
        if (object instanceof TopicCatalog.One) {
            return "one/1";
        }
        if (object instanceof TopicCatalog.Many) {
            return "many/1";
        }
        if (object instanceof TopicCatalog.Refused) {
            return "refused/1";
        }
        if (object instanceof Everything) {
            return "everything/1";
        }
        return object instanceof Changed ? "changed/1" : null;
    }

    private static @Nullable String kindOf(TopicCatalog.Command command) {
        if (command instanceof TopicCatalog.Create) {
            return "create/1";
        }
        if (command instanceof TopicCatalog.Describe) {
            return "describe/1";
        }
        if (command instanceof TopicCatalog.ListTopics) {
            return "list/1";
        }
        if (command instanceof TopicCatalog.Alter) {
            return "alter/1";
        }
        if (command instanceof TopicCatalog.Delete) {
            return "delete/1";
        }
        if (command instanceof TopicCatalog.Adopt) {
            return "adopt/1";
        }
        if (command instanceof TopicCatalog.Forget) {
            return "forget/1";
        }
        return command instanceof TopicCatalog.Follow ? "follow/1" : null;
    }

    // --- to bytes ----------------------------------------------------------------------------------------------------

    @Override
    public byte[] toBinary(Object object) {
        manifest(object);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = isCompressed(object) ? new GZIPOutputStream(bytes) : bytes) {
            CBOR.writeValue(out, tree(object));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static boolean isCompressed(Object object) {
        return object instanceof Everything || object instanceof TopicCatalog.Many;
    }

    private JsonNode tree(Object object) {
        if (object instanceof TopicCatalog.Command command) {
            return treeOf(command);
        }
        if (object instanceof TopicCatalog.One one) {
            return CatalogFormat.json(one.topic());
        }
        ObjectNode tree = CBOR.createObjectNode();
        if (object instanceof TopicCatalog.Many many) {
            return tree.set("topics", CatalogFormat.json(many.topics()));
        }
        if (object instanceof TopicCatalog.Refused refused) {
            return tree.put("code", refused.code().name()).put("message", refused.message());
        }
        if (object instanceof Everything everything) {
            return tree.put("version", everything.version())
                    .put("manifest", CatalogFormat.manifestOf(everything.catalog()))
                    .set("catalog", CatalogFormat.json((Object) everything.catalog()));
        }
        Changed changed = (Changed) object;
        return tree.put("version", changed.version())
                .put("manifest", CatalogFormat.manifestOf(changed.event()))
                .set("event", CatalogFormat.json((Object) changed.event()));
    }

    private JsonNode treeOf(TopicCatalog.Command command) {
        ObjectNode tree = CBOR.createObjectNode();
        if (command instanceof TopicCatalog.Create create) {
            ObjectNode topic = tree.putObject("topic")
                    .put("name", create.topic().name())
                    .put("partitions", create.topic().partitions());
            create.topic().settings().asMap().forEach(topic.putObject("settings")::put);
            return tree.put("id", create.id().toString()).put("replyTo", path(create.replyTo()));
        }
        if (command instanceof TopicCatalog.Describe describe) {
            return tree.put("name", describe.name()).put("replyTo", path(describe.replyTo()));
        }
        if (command instanceof TopicCatalog.ListTopics list) {
            return tree.put("replyTo", path(list.replyTo()));
        }
        if (command instanceof TopicCatalog.Alter alter) {
            alter.change().partitions().ifPresent(partitions -> tree.put("partitions", partitions));
            alter.change().set().forEach(tree.putObject("set")::put);
            ArrayNode reset = tree.putArray("reset");
            new TreeSet<>(alter.change().reset()).forEach(reset::add);
            return tree.put("name", alter.name()).put("replyTo", path(alter.replyTo()));
        }
        if (command instanceof TopicCatalog.Delete delete) {
            return tree.put("name", delete.name()).put("replyTo", path(delete.replyTo()));
        }
        if (command instanceof TopicCatalog.Adopt adopt) {
            tree.set("topics", CatalogFormat.json(adopt.topics()));
            return tree.put("replyTo", path(adopt.replyTo()));
        }
        if (command instanceof TopicCatalog.Forget forget) {
            return tree.put("id", forget.topicId().toString());
        }
        TopicCatalog.Follow follow = (TopicCatalog.Follow) command;
        return tree.put("version", follow.knownVersion()).put("follower", path(follow.follower()));
    }

    // --- from bytes --------------------------------------------------------------------------------------------------

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        try {
            return object(manifest, bytes);
        } catch (TailraceException e) {
            throw unreadable(manifest, e);
        } catch (IOException | RuntimeException e) {
            throw unreadable(manifest, e);
        }
    }

    private static TailraceException unreadable(String manifest, Exception why) {
        String reason = why instanceof JacksonException broken ? broken.getOriginalMessage() : why.getMessage();
        return new TailraceException(
                ErrorCode.SERIALIZATION_FAILED,
                "A '" + manifest + "' of another node to or from the catalogue cannot be read (" + reason
                        + "): upgrade the older node.",
                why);
    }

    private Object object(String manifest, byte[] bytes) throws IOException {
        return switch (manifest) {
            case "create/1" -> create(plain(bytes));
            case "describe/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Describe(text(tree, "name"), actor(tree, "replyTo"));
            }
            case "list/1" -> new TopicCatalog.ListTopics(actor(plain(bytes), "replyTo"));
            case "alter/1" -> alter(plain(bytes));
            case "delete/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Delete(text(tree, "name"), actor(tree, "replyTo"));
            }
            case "adopt/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Adopt(CatalogFormat.topics(tree.required("topics")), actor(tree, "replyTo"));
            }
            case "forget/1" -> new TopicCatalog.Forget(CatalogFormat.id(plain(bytes)));
            case "follow/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Follow(tree.required("version").longValue(), actor(tree, "follower"));
            }
            case "one/1" -> new TopicCatalog.One(CatalogFormat.topic(plain(bytes)));
            case "many/1" ->
                new TopicCatalog.Many(CatalogFormat.topics(compressed(bytes).required("topics")));
            case "refused/1" -> refused(plain(bytes));
            case "everything/1" -> everything(compressed(bytes));
            case "changed/1" -> changed(plain(bytes));
            default -> throw new IllegalArgumentException("this version does not know it");
        };
    }

    private TopicCatalog.Create create(JsonNode tree) {
        JsonNode topic = tree.required("topic");
        return new TopicCatalog.Create(
                new NewTopic(
                        text(topic, "name"), topic.required("partitions").intValue(), CatalogFormat.settings(topic)),
                CatalogFormat.id(tree),
                actor(tree, "replyTo"));
    }

    private TopicCatalog.Alter alter(JsonNode tree) {
        JsonNode partitions = tree.get("partitions");
        Set<String> reset =
                tree.required("reset").valueStream().map(JsonNode::asText).collect(Collectors.toSet());
        return new TopicCatalog.Alter(
                text(tree, "name"),
                new TopicChange(
                        partitions == null ? OptionalInt.empty() : OptionalInt.of(partitions.intValue()),
                        CatalogFormat.texts(tree.required("set")),
                        reset),
                actor(tree, "replyTo"));
    }

    private static TopicCatalog.Refused refused(JsonNode tree) {
        String name = text(tree, "code");
        ErrorCode code = List.of(ErrorCode.values()).stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElse(ErrorCode.INTERNAL_ERROR);
        return new TopicCatalog.Refused(code, text(tree, "message"));
    }

    private static Everything everything(JsonNode tree) {
        return new Everything(tree.required("version").longValue(), (Catalog)
                CatalogFormat.object(tree.required("catalog"), text(tree, "manifest")));
    }

    private static Changed changed(JsonNode tree) {
        return new Changed(tree.required("version").longValue(), (CatalogEvent)
                CatalogFormat.object(tree.required("event"), text(tree, "manifest")));
    }

    private static JsonNode plain(byte[] bytes) throws IOException {
        return CBOR.readTree(bytes);
    }

    private static JsonNode compressed(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            byte[] all = in.readNBytes(MAX_BYTES + 1);
            if (all.length > MAX_BYTES) {
                throw new IOException("more than " + MAX_BYTES + " bytes");
            }
            return CBOR.readTree(all);
        }
    }

    private static String text(JsonNode tree, String field) {
        return tree.required(field).asText();
    }

    private <T> ActorRef<T> actor(JsonNode tree, String field) {
        return resolver().resolveActorRef(text(tree, field));
    }

    private String path(ActorRef<?> actor) {
        return resolver().toSerializationFormat(actor);
    }

    private ActorRefResolver resolver() {
        return ActorRefResolver.get(Adapter.toTyped(system));
    }
}
