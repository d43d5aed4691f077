package io.tailrace.cluster.formation;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A node of the cluster, as this node sees it at the moment.
 *
 * @param nodeId of its data directory, a uuid as text, as {@code ReplicaId} has it
 * @param name what it is called
 * @param rack what it shares with the nodes that are likely to fail together with it; empty if it does not say
 * @param address where its actor system listens
 * @param linkPort where its links end, at the same host; 0 if it has none
 * @param storage whether it may hold replicas
 * @param alive whether it is a member in full, on no way out, and can be reached
 * @param departing whether it is one that has said that it is about to leave, and can still be reached: it does what it did until others do it
 */
public record ClusterNode(
        String nodeId,
        String name,
        String rack,
        NodeAddress address,
        int linkPort,
        boolean storage,
        boolean alive,
        boolean departing) {

    /** Where to connect to; the name is looked up each time, since it may have moved. Empty if it has no links. */
    public Optional<InetSocketAddress> linkAddress() {
        return linkPort == 0
                ? Optional.empty()
                : Optional.of(InetSocketAddress.createUnresolved(address.host(), linkPort));
    }
}
