package io.tailrace.cluster.formation;

import java.util.UUID;

/**
 * Who a node is, for one life of its actor system.
 *
 * @param nodeId of its data directory
 * @param name what it is called
 * @param address where it listens
 * @param uid of its actor system
 * @param storage whether it has the role {@code storage}: only such nodes found and form
 */
record Self(UUID nodeId, String name, NodeAddress address, long uid, boolean storage) {
    Founder asFounder() {
        return new Founder(nodeId, address, name);
    }
}
