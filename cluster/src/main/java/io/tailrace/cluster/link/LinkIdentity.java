package io.tailrace.cluster.link;

/**
 * Who is at this end of the links. Both are said when a connection opens, so that a node of another cluster, or another node at an
 * address that was given away, is refused.
 *
 * @param clusterId of the cluster
 * @param nodeId of this node, as {@code ReplicaId} has it
 */
public record LinkIdentity(String clusterId, String nodeId) {}
