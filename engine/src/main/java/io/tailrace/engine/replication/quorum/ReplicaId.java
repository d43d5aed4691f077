package io.tailrace.engine.replication.quorum;

import java.util.Comparator;

/**
 * Names one replica of one log for good. A node whose disk was lost comes back with another replica, under another id: what the
 * old one had promised and acknowledged nobody knows any more, so nothing of it may be taken for the new one's (rule 15).
 *
 * @param nodeId the node that it lives on
 * @param replicaId random, given when its directory was created
 */
public record ReplicaId(String nodeId, String replicaId) implements Comparable<ReplicaId> {
    private static final Comparator<ReplicaId> ORDER =
            Comparator.comparing(ReplicaId::nodeId).thenComparing(ReplicaId::replicaId);

    @Override
    public int compareTo(ReplicaId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return nodeId + "/" + replicaId;
    }
}
