package io.tailrace.cluster.formation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.tailrace.cluster.formation.FormationMessage.Departing;
import io.tailrace.cluster.formation.FormationMessage.Hello;
import io.tailrace.cluster.formation.FormationMessage.Here;
import io.tailrace.cluster.formation.FormationMessage.Incomprehensible;
import io.tailrace.cluster.formation.FormationMessage.Room;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say about being members, as CBOR under a manifest that names it and its version.
 *
 * <pre>
 *   hello/1, here/1   {"round", "status"}
 *   departing/1       {"uid"}
 *   room/1            {"uid", "left"}
 *   status            {"self": {"id", "name", "address", "uid", "storage"}, "seeds": [address …], "membership", "phase",
 *                      "former": id?, "candidate": id?, "peers": [{"id", "name", "address", "uid"} …]}
 *   membership        {"state", "cluster": id, "founders": [{"id", "name", "address"} …]}
 * </pre>
 *
 * <p>Ids are text as {@link UUID} has it, addresses {@code host:port}, states and phases their names. Fields that are not known
 * are passed over, so a field can be added; a manifest that is not known counts as no answer, so a newer version has to go on
 * speaking this one.
 */
public final class FormationFormat extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_104;

    private static final String HELLO = "hello/1";
    private static final String HERE = "here/1";
    private static final String DEPARTING = "departing/1";
    private static final String ROOM = "room/1";
    private static final Set<String> KNOWN = Set.of(HELLO, HERE, DEPARTING, ROOM);

    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        if (object instanceof Hello) {
            return HELLO;
        }
        if (object instanceof Here) {
            return HERE;
        }
        if (object instanceof Departing) {
            return DEPARTING;
        }
        if (object instanceof Room) {
            return ROOM;
        }
        throw new IllegalArgumentException("Nothing that nodes say: " + object.getClass());
    }

    @Override
    public byte[] toBinary(Object object) {
        ObjectNode message;
        if (object instanceof Departing departing) {
            message = CBOR.createObjectNode().put("uid", departing.uid());
        } else if (object instanceof Room room) {
            message = CBOR.createObjectNode().put("uid", room.uid()).put("left", room.left());
        } else {
            message = object instanceof Hello hello
                    ? message(hello.round(), hello.status())
                    : message(((Here) object).round(), ((Here) object).status());
        }
        try {
            return CBOR.writeValueAsBytes(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode message(long round, Status status) {
        ObjectNode message = CBOR.createObjectNode().put("round", round);
        message.set("status", status(status));
        return message;
    }

    private static ObjectNode status(Status status) {
        ObjectNode node = CBOR.createObjectNode();
        Self self = status.self();
        node.set(
                "self",
                node(self.nodeId(), self.name(), self.address())
                        .put("uid", self.uid())
                        .put("storage", self.storage()));
        ArrayNode seeds = node.putArray("seeds");
        status.seeds().forEach(seed -> seeds.add(seed.text()));
        Membership membership = status.membership();
        ObjectNode stored = node.putObject("membership");
        stored.put("state", membership.state().name())
                .put("cluster", membership.clusterId().toString());
        ArrayNode founders = stored.putArray("founders");
        membership
                .founders()
                .forEach(founder -> founders.add(node(founder.nodeId(), founder.name(), founder.address())));
        node.put("phase", status.phase().name());
        put(node, "former", status.former());
        put(node, "candidate", status.candidate());
        ArrayNode peers = node.putArray("peers");
        status.peers()
                .forEach(peer -> peers.add(
                        node(peer.nodeId(), peer.name(), peer.address()).put("uid", peer.uid())));
        return node;
    }

    private static ObjectNode node(UUID id, String name, NodeAddress address) {
        return CBOR.createObjectNode()
                .put("id", id.toString())
                .put("name", name)
                .put("address", address.text());
    }

    private static void put(ObjectNode node, String field, @Nullable UUID id) {
        if (id != null) {
            node.put(field, id.toString());
        }
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        if (!KNOWN.contains(manifest)) {
            return new Incomprehensible(manifest);
        }
        JsonNode message;
        try {
            message = CBOR.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (manifest.equals(DEPARTING)) {
            return new Departing(message.path("uid").asLong());
        }
        if (manifest.equals(ROOM)) {
            return new Room(message.path("uid").asLong(), message.path("left").asBoolean());
        }
        long round = message.path("round").asLong();
        Status status = readStatus(message.path("status"));
        return manifest.equals(HELLO) ? new Hello(round, status) : new Here(round, status);
    }

    private static Status readStatus(JsonNode node) {
        JsonNode self = node.path("self");
        JsonNode membership = node.path("membership");
        return new Status(
                new Self(
                        id(self),
                        self.path("name").asText(),
                        address(self),
                        self.path("uid").asLong(),
                        self.path("storage").asBoolean()),
                list(node.path("seeds"), seed -> NodeAddress.parse(seed.asText())),
                new Membership(
                        Membership.State.valueOf(membership.path("state").asText()),
                        UUID.fromString(membership.path("cluster").asText()),
                        list(
                                membership.path("founders"),
                                founder -> new Founder(
                                        id(founder),
                                        address(founder),
                                        founder.path("name").asText()))),
                Status.Phase.valueOf(node.path("phase").asText()),
                optionalId(node.path("former")),
                optionalId(node.path("candidate")),
                list(
                        node.path("peers"),
                        peer -> new Peer(
                                id(peer),
                                peer.path("name").asText(),
                                address(peer),
                                peer.path("uid").asLong())));
    }

    private static UUID id(JsonNode node) {
        return UUID.fromString(node.path("id").asText());
    }

    private static @Nullable UUID optionalId(JsonNode node) {
        return node.isTextual() ? UUID.fromString(node.asText()) : null;
    }

    private static NodeAddress address(JsonNode node) {
        return NodeAddress.parse(node.path("address").asText());
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        array.forEach(node -> all.add(read.apply(node)));
        return all;
    }
}
