package io.tailrace.cluster.node;

import io.tailrace.cluster.creation.ReplicaCreator;
import io.tailrace.cluster.creation.ReplicaCreators;
import io.tailrace.cluster.formation.ClusterNode;
import io.tailrace.cluster.formation.Members;
import io.tailrace.cluster.formation.PekkoAddresses;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.cluster.placement.StorageNodes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.Cluster;

/** The members of the cluster as placement needs to know them, and the way to those who make replicas. Thread-safe. */
final class MemberNodes implements StorageNodes, ReplicaCreators {
    private final ActorSystem system;
    private final Members members;
    private final Predicate<ClusterNode> counts;

    private MemberNodes(ActorSystem system, Members members, Predicate<ClusterNode> counts) {
        this.system = system;
        this.members = members;
        this.counts = counts;
    }

    /** All that hold replicas. */
    static MemberNodes all(ActorSystem system, Members members) {
        return new MemberNodes(system, members, ClusterNode::storage);
    }

    /** This node and no other. */
    static MemberNodes onlySelf(ActorSystem system, Members members) {
        String self = members.self().nodeId();
        return new MemberNodes(system, members, node -> node.nodeId().equals(self));
    }

    private Stream<ClusterNode> nodes() {
        return members.nodes().stream().filter(counts);
    }

    @Override
    public List<StorageNode> members() {
        return nodes().map(node -> new StorageNode(id(node), node.rack()))
                .sorted(StorageNode.BY_ID)
                .toList();
    }

    @Override
    public Set<UUID> live() {
        return nodes().filter(ClusterNode::alive).map(MemberNodes::id).collect(Collectors.toUnmodifiableSet());
    }

    /** Those that live and have room for what leaders write. */
    Set<UUID> ableToLead() {
        Set<String> full = members.withoutRoom();
        return nodes().filter(node -> node.alive() && !full.contains(node.nodeId()))
                .map(MemberNodes::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Those that lead what they led until others do, who are to: they are about to leave, or have no room. */
    Set<UUID> yielding() {
        Set<String> full = members.withoutRoom();
        return nodes().filter(node -> node.departing() || (node.alive() && full.contains(node.nodeId())))
                .map(MemberNodes::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The node that an actor is on, if it holds replicas. */
    Optional<UUID> of(ActorRef actor) {
        return members.at(actor.path().address()).filter(counts).map(MemberNodes::id);
    }

    private static UUID id(ClusterNode node) {
        return UUID.fromString(node.nodeId());
    }

    @Override
    public void tell(UUID nodeId, ReplicaCreator.Request message) {
        members.find(nodeId.toString()).filter(counts).ifPresent(node -> {
            Address address =
                    PekkoAddresses.at(node.address(), Cluster.get(system).selfAddress());
            system.actorSelection(address + "/system/" + ReplicaCreator.NAME).tell(message, ActorRef.noSender());
        });
    }
}
