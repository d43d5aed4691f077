package io.tailrace.cluster.formation;

import java.util.UUID;

/**
 * One of the nodes that founded a cluster.
 *
 * @param nodeId drawn when its data directory was made
 * @param address where it listened then; it may have moved since
 * @param name what it was called then
 */
public record Founder(UUID nodeId, NodeAddress address, String name) {
    @Override
    public String toString() {
        return name + " (" + address + ")";
    }
}
