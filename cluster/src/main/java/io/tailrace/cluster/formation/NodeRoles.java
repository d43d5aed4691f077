package io.tailrace.cluster.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.cluster.Member;

/**
 * What each member of Pekko's cluster says of its node, in Pekko's roles, which every member knows of every other: the node's
 * id, name and rack, and where its links end, beside the roles proper.
 */
public final class NodeRoles {
    /** Holds replicas. */
    public static final String STORAGE = "storage";

    private static final String ID = "tailrace-id=";
    private static final String NAME = "tailrace-name=";
    private static final String LINK = "tailrace-link=";
    private static final String RACK = "tailrace-rack=";

    private NodeRoles() {}

    /**
     * Pekko's roles of a node.
     *
     * @param rack what it shares with nodes that are likely to fail together with it; empty if that is not said
     * @param linkPort where its links end; 0 if it has none
     */
    public static List<String> of(UUID nodeId, String name, String rack, int linkPort, Set<String> roles) {
        List<String> all = new ArrayList<>(roles);
        all.add(id(nodeId));
        all.add(NAME + name);
        if (!rack.isEmpty()) {
            all.add(RACK + rack);
        }
        if (linkPort != 0) {
            all.add(LINK + linkPort);
        }
        return List.copyOf(all);
    }

    /** The role that one node alone has. */
    public static String id(UUID nodeId) {
        return ID + nodeId;
    }

    /** The node on that member; empty if it says of none. */
    public static Optional<Peer> peer(Member member) {
        return said(member, ID)
                .map(id -> new Peer(
                        UUID.fromString(id),
                        said(member, NAME).orElse(""),
                        PekkoAddresses.of(member.address()),
                        member.uniqueAddress().longUid()));
    }

    /** The same with all that it says. */
    static Optional<ClusterNode> node(Member member, boolean alive, boolean departing) {
        return peer(member)
                .map(peer -> new ClusterNode(
                        peer.nodeId().toString(),
                        peer.name(),
                        said(member, RACK).orElse(""),
                        peer.address(),
                        said(member, LINK).map(Integer::parseInt).orElse(0),
                        member.hasRole(STORAGE),
                        alive,
                        departing));
    }

    private static Optional<String> said(Member member, String prefix) {
        for (String role : member.getRoles()) {
            if (role.startsWith(prefix)) {
                return Optional.of(role.substring(prefix.length()));
            }
        }
        return Optional.empty();
    }
}
