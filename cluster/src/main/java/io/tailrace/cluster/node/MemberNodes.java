package io.tailrace.cluster.node;

import io.tailrace.cluster.creation.ReplicaCreator;
import io.tailrace.cluster.creation.ReplicaCreators;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.cluster.placement.StorageNodes;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * The nodes that hold replicas, as Pekko's cluster shows them to this node at the moment: the members with the role {@code storage},
 * which say their id in another role. On an actor system without such roles this node is the only one. Thread-safe.
 */
final class MemberNodes implements StorageNodes, ReplicaCreators {
    private static final String STORAGE = "storage";
    private static final String ID = "tailrace-id=";

    private final ActorSystem<?> system;
    private final Cluster cluster;
    private final UUID self;

    /** As seen from the node with that id. */
    MemberNodes(ActorSystem<?> system, UUID self) {
        this.system = system;
        this.cluster = Cluster.get(system);
        this.self = self;
    }

    /** The role that all nodes with replicas have; empty where this node is the only one. */
    Optional<String> role() {
        return idOf(cluster.selfMember()).isPresent() ? Optional.of(STORAGE) : Optional.empty();
    }

    @Override
    public List<StorageNode> members() {
        return byId().keySet().stream().map(StorageNode::of).toList();
    }

    @Override
    public Set<UUID> live() {
        Set<Member> unreachable = cluster.state().getUnreachable();
        Set<UUID> live = new HashSet<>();
        byId().forEach((id, member) -> {
            if (!unreachable.contains(member)) {
                live.add(id);
            }
        });
        return live;
    }

    /** The node on the member with that address, if it holds replicas. */
    Optional<UUID> at(Address address) {
        return byId().entrySet().stream()
                .filter(node -> node.getValue().address().equals(address))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private Map<UUID, Member> byId() {
        ClusterEvent.CurrentClusterState state = cluster.state();
        Map<UUID, Member> nodes = new TreeMap<>();
        if (role().isEmpty()) {
            nodes.put(self, cluster.selfMember());
            return nodes;
        }
        for (Member member : state.getMembers()) {
            if (member.status() == MemberStatus.up() && member.hasRole(STORAGE)) {
                idOf(member).ifPresent(id -> nodes.put(id, member));
            }
        }
        return nodes;
    }

    private static Optional<UUID> idOf(Member member) {
        return member.getRoles().stream()
                .filter(role -> role.startsWith(ID))
                .map(role -> UUID.fromString(role.substring(ID.length())))
                .findFirst();
    }

    @Override
    public void tell(UUID nodeId, ReplicaCreator.Create message) {
        Member member = byId().get(nodeId);
        if (member != null) {
            system.classicSystem()
                    .actorSelection(member.address() + "/system/" + ReplicaCreator.NAME)
                    .tell(message, ActorRef.noSender());
        }
    }
}
