package io.tailrace.cluster.formation;

import java.util.List;

/**
 * Pekko's cluster as this node sees it.
 *
 * @param standing what this node is in it
 * @param peers the members that are Tailrace nodes, this one included, the oldest first; those that were downed are not among them
 */
record View(Standing standing, List<Peer> peers) {
    static final View NONE = new View(Standing.NONE, List.of());

    /** What a node is in Pekko's cluster. */
    enum Standing {
        /** No member. */
        NONE,
        /** A member of a cluster that is not up yet, or that has not let it in yet. */
        JOINING,
        /** A member in full. */
        UP,
        /** No longer a member: this actor system can never be one again. */
        GONE
    }

    View {
        peers = List.copyOf(peers);
    }

    boolean has(long uid) {
        return peers.stream().anyMatch(peer -> peer.uid() == uid);
    }
}
