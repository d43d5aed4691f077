package io.tailrace.cluster.node;

import io.tailrace.cluster.creation.ReplicaCreator;
import io.tailrace.cluster.creation.ReplicaCreators;
import io.tailrace.cluster.formation.NodeRoles;
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
 * The nodes that hold replicas, as Pekko's cluster shows them to this node at the moment: the members with the role {@code storage}
 * ({@link NodeRoles}). Thread-safe.
 */
final class MemberNodes implements StorageNodes, ReplicaCreators {
    private final ActorSystem<?> system;
    private final Cluster cluster;
    private final Optional<UUID> only;

    private MemberNodes(ActorSystem<?> system, Optional<UUID> only) {
        this.system = system;
        this.cluster = Cluster.get(system);
        this.only = only;
    }

    /** All nodes of the cluster. */
    static MemberNodes of(ActorSystem<?> system) {
        return new MemberNodes(system, Optional.empty());
    }

    /** This node, which has that id, and no other. */
    static MemberNodes only(ActorSystem<?> system, UUID self) {
        return new MemberNodes(system, Optional.of(self));
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

    /** The node that an actor is on, if it holds replicas. */
    Optional<UUID> of(ActorRef actor) {
        Address path = actor.path().address();
        Address address = path.hasLocalScope() ? cluster.selfMember().address() : path;
        return byId().entrySet().stream()
                .filter(node -> node.getValue().address().equals(address))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private Map<UUID, Member> byId() {
        ClusterEvent.CurrentClusterState state = cluster.state();
        Map<UUID, Member> nodes = new TreeMap<>();
        if (only.isPresent()) {
            nodes.put(only.get(), cluster.selfMember());
            return nodes;
        }
        for (Member member : state.getMembers()) {
            if (member.status() == MemberStatus.up() && member.hasRole(NodeRoles.STORAGE)) {
                NodeRoles.peer(member).ifPresent(peer -> nodes.put(peer.nodeId(), member));
            }
        }
        return nodes;
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
