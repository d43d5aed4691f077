package io.tailrace.cluster.node;

import io.tailrace.cluster.formation.ClusterFormation;
import io.tailrace.cluster.formation.ClusterNode;
import io.tailrace.cluster.formation.Founder;
import io.tailrace.cluster.formation.Members;
import io.tailrace.cluster.formation.Membership;
import io.tailrace.cluster.formation.NodeRoles;
import io.tailrace.cluster.formation.PekkoAddresses;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.jspecify.annotations.Nullable;

/**
 * The actor system that a node lives on, up in its cluster: one that the node made and ends, or an application's.
 *
 * @param classic the actor system
 * @param formation how it got there; {@code null} on an application's
 * @param membership of which cluster; {@code null} on an application's
 * @param linkPort where the links of other nodes are to end; {@code null} on one that is alone
 */
record NodeSystem(
        org.apache.pekko.actor.ActorSystem classic,
        @Nullable ClusterFormation formation,
        @Nullable Membership membership,
        @Nullable ReservedPort linkPort) {
    /** More would make each change of a topic slower, and survive more failures than anybody has. */
    private static final int MAX_CONTROL_VOTERS = 5;

    static NodeSystem ofApplication(org.apache.pekko.actor.ActorSystem application) {
        return new NodeSystem(application, null, null, null);
    }

    ActorSystem<?> system() {
        return Adapter.toTyped(classic);
    }

    /** The nodes of its cluster, watched from now on. To be asked for once. */
    Members members(String nodeId, String name, String rack) {
        ClusterNode self = new ClusterNode(
                nodeId,
                name,
                rack,
                PekkoAddresses.of(Cluster.get(classic).selfAddress()),
                linkPort == null ? 0 : linkPort.port(),
                true,
                true,
                false);
        return Members.watch(system(), self);
    }

    /** Whether its members say in their roles which nodes they are; on an application's system this node is the only one. */
    boolean isMember() {
        return membership != null;
    }

    /** The role of the nodes that hold replicas; empty on an application's system, which is alone. */
    Optional<String> hostRole() {
        return isMember() ? Optional.of(NodeRoles.STORAGE) : Optional.empty();
    }

    /**
     * The nodes that hold the catalogue itself, for good and the same on all nodes: those that founded the cluster.
     *
     * @param self this node's id
     */
    List<UUID> controlVoters(UUID self) {
        return membership == null
                ? List.of(self)
                : membership.founders().stream()
                        .map(Founder::nodeId)
                        .limit(MAX_CONTROL_VOTERS)
                        .toList();
    }

    /** What a founder was called when it was one, also while it is no member; an id that is none's as it is. */
    String founderName(String nodeId) {
        return membership == null
                ? nodeId
                : membership.founders().stream()
                        .filter(founder -> founder.nodeId().toString().equals(nodeId))
                        .map(Founder::name)
                        .findFirst()
                        .orElse(nodeId);
    }

    /** Ends the system in order if it is the node's. Blocking. */
    void close() {
        if (formation != null) {
            SystemEnd.end(classic);
        }
    }
}
