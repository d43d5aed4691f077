package io.tailrace.cluster.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.cluster.Member;

/**
 * What each member of Pekko's cluster says of its node, in Pekko's roles, which every member knows of every other: the node's
 * id and name, beside the roles proper.
 */
public final class NodeRoles {
    /** Holds replicas. Split brain resolution looks at such nodes alone. */
    public static final String STORAGE = "storage";

    private static final String ID = "tailrace-id=";
    private static final String NAME = "tailrace-name=";

    private NodeRoles() {}

    /** Pekko's roles of a node. */
    public static List<String> of(UUID nodeId, String name, Set<String> roles) {
        List<String> all = new ArrayList<>(roles);
        all.add(id(nodeId));
        all.add(NAME + name);
        return List.copyOf(all);
    }

    /** The role that one node alone has. */
    public static String id(UUID nodeId) {
        return ID + nodeId;
    }

    /** The node on that member; empty if it says of none. */
    public static Optional<Peer> peer(Member member) {
        String id = "";
        String name = "";
        for (String role : member.getRoles()) {
            if (role.startsWith(ID)) {
                id = role.substring(ID.length());
            } else if (role.startsWith(NAME)) {
                name = role.substring(NAME.length());
            }
        }
        if (id.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Peer(
                UUID.fromString(id),
                name,
                PekkoAddresses.of(member.address()),
                member.uniqueAddress().longUid()));
    }
}
