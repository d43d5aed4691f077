package io.tailrace.cluster.formation;

import java.util.UUID;

/**
 * A node as others see it among the members of Pekko's cluster.
 *
 * @param nodeId of its data directory
 * @param name what it is called
 * @param address where it listens
 * @param uid of its actor system: another one after each start
 */
public record Peer(UUID nodeId, String name, NodeAddress address, long uid) {}
