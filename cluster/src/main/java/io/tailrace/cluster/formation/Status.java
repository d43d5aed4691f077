package io.tailrace.cluster.formation;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself to others.
 *
 * @param self who it is
 * @param seeds its setting, sorted, each once
 * @param membership what its data directory says: only what is durable is ever said
 * @param phase how far it is on its way into Pekko's cluster
 * @param former the node that formed the cluster which is not up yet and that this one forms or joins; else {@code null}
 * @param candidate the node that this one would have form the cluster; {@code null} while it hears no majority
 * @param peers the members of Pekko's cluster if this one is up in it, else none
 */
record Status(
        Self self,
        List<NodeAddress> seeds,
        Membership membership,
        Phase phase,
        @Nullable UUID former,
        @Nullable UUID candidate,
        List<Peer> peers) {

    /** How far a node is on its way into Pekko's cluster. */
    enum Phase {
        /** It has not asked to join anybody. */
        WAITING,
        /** It joins somebody else's. */
        JOINING,
        /** It forms one, which is not up before a majority of the founders is in it. */
        FORMING,
        /** It is a member in full of one that is up. */
        UP
    }

    Status {
        seeds = List.copyOf(seeds);
        peers = List.copyOf(peers);
    }

    boolean isUp() {
        return phase == Phase.UP;
    }

    boolean isOf(UUID clusterId) {
        return !membership.isBlank() && membership.clusterId().equals(clusterId);
    }
}
