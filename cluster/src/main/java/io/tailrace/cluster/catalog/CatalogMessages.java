package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.tailrace.cluster.catalog.TopicCatalog.Changed;
import io.tailrace.cluster.catalog.TopicCatalog.Everything;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * What is said to the catalogue from another node, its answers, and what its followers hear: CBOR, under a manifest that names what it
 * is and its version. Topics and events look as in {@link CatalogFormat}; an actor is its path.
 *
 * <pre>
 *   create/2           {"topic": {"name", "partitions", "replicas", "settings"}, "id", "replyTo"}
 *   describe/1         {"name", "replyTo"}
 *   find/1             {"id", "replyTo"}
 *   list/1             {"replyTo"}
 *   alter/1            {"name", "partitions" or nothing, "set": {name: text …}, "reset": [name …], "replyTo"}
 *   delete/1           {"name", "replyTo"}
 *   adopt/2            {"topics": [topic …], "internals": [id …], "replyTo"}
 *   place-internal/1   {"id", "replyTo"}
 *   confirm/1          {"replyTo"}
 *   forget/2           {"id", "node"}
 *   move-group/1       {"group", "voters": [id …], "replyTo"}
 *   drain-node/1       {"id", "drained", "replyTo"}
 *   rebalance/1        {"replyTo"}
 *   yield-lead/1       {"group", "id"}
 *   report-moves/1     {"reports": [{"id", "partition", "group", "number", "settled"} …]}
 *   set-quota/1        {"quota": as in quota-set/1, "replyTo"}
 *   follow/1           {"version", "follower"}
 *   one/2              topic
 *   many/2             {"topics": [topic …]}, compressed with gzip
 *   placed/1           {"id", "replicas"}
 *   whole/1            {"manifest", "catalog"}, compressed with gzip
 *   refused/1          {"code", "message"}
 *   everything/1       {"version", "manifest", "catalog"}, compressed with gzip
 *   changed/1          {"version", "manifest", "event"}
 * </pre>
 *
 * <p>What is not known, the versions 1 that are not listed among it, is refused with SERIALIZATION_FAILED; Pekko logs and drops that message, as if it had been lost.
 */
public final class CatalogMessages extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_103;
    /** All topics that there can be, and more. */
    private static final int MAX_BYTES = 64 << 20;

    private static final Map<Class<?>, String> KINDS = Map.ofEntries(
            Map.entry(TopicCatalog.Create.class, "create/2"),
            Map.entry(TopicCatalog.Describe.class, "describe/1"),
            Map.entry(TopicCatalog.Find.class, "find/1"),
            Map.entry(TopicCatalog.ListTopics.class, "list/1"),
            Map.entry(TopicCatalog.Alter.class, "alter/1"),
            Map.entry(TopicCatalog.Delete.class, "delete/1"),
            Map.entry(TopicCatalog.Adopt.class, "adopt/2"),
            Map.entry(TopicCatalog.PlaceInternal.class, "place-internal/1"),
            Map.entry(TopicCatalog.Confirm.class, "confirm/1"),
            Map.entry(TopicCatalog.Forget.class, "forget/2"),
            Map.entry(TopicCatalog.MoveGroup.class, "move-group/1"),
            Map.entry(TopicCatalog.DrainNode.class, "drain-node/1"),
            Map.entry(TopicCatalog.Rebalance.class, "rebalance/1"),
            Map.entry(TopicCatalog.YieldLead.class, "yield-lead/1"),
            Map.entry(TopicCatalog.ReportMoves.class, "report-moves/1"),
            Map.entry(TopicCatalog.SetQuota.class, "set-quota/1"),
            Map.entry(TopicCatalog.Follow.class, "follow/1"),
            Map.entry(TopicCatalog.One.class, "one/2"),
            Map.entry(TopicCatalog.Many.class, "many/2"),
            Map.entry(TopicCatalog.Placed.class, "placed/1"),
            Map.entry(TopicCatalog.Whole.class, "whole/1"),
            Map.entry(TopicCatalog.Refused.class, "refused/1"),
            Map.entry(Everything.class, "everything/1"),
            Map.entry(Changed.class, "changed/1"));

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
        String kind = KINDS.get(object.getClass());
        if (kind == null) {
            throw new IllegalArgumentException("Never leaves its node: " + object.getClass());
        }
        return kind;
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
        return object instanceof Everything
                || object instanceof TopicCatalog.Whole
                || object instanceof TopicCatalog.Many;
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
        if (object instanceof TopicCatalog.Placed placed) {
            return tree.put("id", placed.id().toString()).put("replicas", placed.replicas());
        }
        if (object instanceof TopicCatalog.Whole whole) {
            return tree.put("manifest", CatalogFormat.manifestOf(whole.catalog()))
                    .set("catalog", CatalogFormat.json((Object) whole.catalog()));
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
                    .put("partitions", create.topic().partitions())
                    .put("replicas", create.topic().replicas());
            create.topic().settings().asStored().forEach(topic.putObject("settings")::put);
            return tree.put("id", create.id().toString()).put("replyTo", path(create.replyTo()));
        }
        if (command instanceof TopicCatalog.Describe describe) {
            return tree.put("name", describe.name()).put("replyTo", path(describe.replyTo()));
        }
        if (command instanceof TopicCatalog.Find find) {
            return tree.put("id", find.topicId().toString()).put("replyTo", path(find.replyTo()));
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
            ArrayNode internals = tree.putArray("internals");
            adopt.internals().forEach(id -> internals.add(id.toString()));
            return tree.put("replyTo", path(adopt.replyTo()));
        }
        if (command instanceof TopicCatalog.PlaceInternal wanted) {
            return tree.put("id", wanted.id().toString()).put("replyTo", path(wanted.replyTo()));
        }
        if (command instanceof TopicCatalog.Confirm confirm) {
            return tree.put("replyTo", path(confirm.replyTo()));
        }
        if (command instanceof TopicCatalog.Forget forget) {
            return tree.put("id", forget.topicId().toString())
                    .put("node", forget.nodeId().toString());
        }
        if (command instanceof TopicCatalog.SetQuota set) {
            return tree.put("replyTo", path(set.replyTo())).set("quota", QuotaJson.of(set.quota()));
        }
        if (!(command instanceof TopicCatalog.Follow follow)) {
            return treeOfMove(command);
        }
        return tree.put("version", follow.knownVersion()).put("follower", path(follow.follower()));
    }

    private JsonNode treeOfMove(TopicCatalog.Command command) {
        ObjectNode tree = CBOR.createObjectNode();
        if (command instanceof TopicCatalog.MoveGroup move) {
            ArrayNode voters = tree.putArray("voters");
            move.voters().forEach(id -> voters.add(id.toString()));
            return tree.put("group", move.group().text()).put("replyTo", path(move.replyTo()));
        }
        if (command instanceof TopicCatalog.DrainNode node) {
            return tree.put("id", node.nodeId().toString())
                    .put("drained", node.drained())
                    .put("replyTo", path(node.replyTo()));
        }
        if (command instanceof TopicCatalog.Rebalance rebalance) {
            return tree.put("replyTo", path(rebalance.replyTo()));
        }
        if (command instanceof TopicCatalog.YieldLead unfit) {
            return tree.put("group", unfit.group().text())
                    .put("id", unfit.nodeId().toString());
        }
        ArrayNode reports = tree.putArray("reports");
        for (MoveReport report : ((TopicCatalog.ReportMoves) command).reports()) {
            reports.addObject()
                    .put("id", report.partition().topicId().toString())
                    .put("partition", report.partition().partition())
                    .put("group", report.group().text())
                    .put("number", report.number())
                    .put("settled", report.settled());
        }
        return tree;
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
            case "create/2" -> create(plain(bytes));
            case "describe/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Describe(text(tree, "name"), actor(tree, "replyTo"));
            }
            case "find/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Find(id(tree, "id"), actor(tree, "replyTo"));
            }
            case "list/1" -> new TopicCatalog.ListTopics(actor(plain(bytes), "replyTo"));
            case "alter/1" -> alter(plain(bytes));
            case "delete/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Delete(text(tree, "name"), actor(tree, "replyTo"));
            }
            case "adopt/2" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Adopt(
                        CatalogFormat.topics(tree.required("topics")),
                        PlacesJson.ids(tree.required("internals")),
                        actor(tree, "replyTo"));
            }
            case "place-internal/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.PlaceInternal(id(tree, "id"), actor(tree, "replyTo"));
            }
            case "confirm/1" -> new TopicCatalog.Confirm(actor(plain(bytes), "replyTo"));
            case "forget/2" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Forget(id(tree, "id"), id(tree, "node"));
            }
            case "move-group/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.MoveGroup(
                        group(tree), PlacesJson.ids(tree.required("voters")), actor(tree, "replyTo"));
            }
            case "drain-node/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.DrainNode(
                        id(tree, "id"), tree.required("drained").asBoolean(), actor(tree, "replyTo"));
            }
            case "rebalance/1" -> new TopicCatalog.Rebalance(actor(plain(bytes), "replyTo"));
            case "yield-lead/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.YieldLead(group(tree), id(tree, "id"));
            }
            case "report-moves/1" -> reports(plain(bytes));
            case "set-quota/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.SetQuota(QuotaJson.quota(tree.required("quota")), actor(tree, "replyTo"));
            }
            case "follow/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Follow(tree.required("version").longValue(), actor(tree, "follower"));
            }
            case "one/2" -> new TopicCatalog.One(CatalogFormat.topic(plain(bytes)));
            case "many/2" ->
                new TopicCatalog.Many(CatalogFormat.topics(compressed(bytes).required("topics")));
            case "placed/1" -> {
                JsonNode tree = plain(bytes);
                yield new TopicCatalog.Placed(
                        id(tree, "id"), tree.required("replicas").intValue());
            }
            case "whole/1" -> new TopicCatalog.Whole(catalog(compressed(bytes)));
            case "refused/1" -> refused(plain(bytes));
            case "everything/1" -> everything(compressed(bytes));
            case "changed/1" -> changed(plain(bytes));
            default -> throw new IllegalArgumentException("this version does not know it");
        };
    }

    private static TopicCatalog.ReportMoves reports(JsonNode tree) {
        List<MoveReport> reports = new ArrayList<>();
        for (JsonNode report : tree.required("reports")) {
            reports.add(new MoveReport(
                    new PartitionId(
                            id(report, "id"), report.required("partition").intValue()),
                    group(report),
                    report.required("number").longValue(),
                    report.required("settled").asBoolean()));
        }
        return new TopicCatalog.ReportMoves(reports);
    }

    private static PlacementGroup group(JsonNode tree) {
        return PlacementGroup.parse(text(tree, "group")).orElseThrow();
    }

    private TopicCatalog.Create create(JsonNode tree) {
        JsonNode topic = tree.required("topic");
        return new TopicCatalog.Create(
                new NewTopic(
                        text(topic, "name"),
                        topic.required("partitions").intValue(),
                        topic.required("replicas").intValue(),
                        CatalogFormat.settings(topic)),
                id(tree, "id"),
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
        return new Everything(tree.required("version").longValue(), catalog(tree));
    }

    private static Catalog catalog(JsonNode tree) {
        return (Catalog) CatalogFormat.object(tree.required("catalog"), text(tree, "manifest"));
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

    private static UUID id(JsonNode tree, String field) {
        return UUID.fromString(text(tree, field));
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
