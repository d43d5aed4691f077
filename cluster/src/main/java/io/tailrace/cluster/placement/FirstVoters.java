package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * The voters that a partition's log is created with. The ids of their replicas follow from the partition and the node, so that
 * every one of them writes the same, and creating twice creates one. A replica that is made later, in place of one that was
 * lost, never gets such an id (log-safety rule 15).
 */
public final class FirstVoters {
    private FirstVoters() {}

    /** On these nodes, in this order. */
    public static Voters of(PartitionId partition, List<UUID> nodes) {
        return new Voters(nodes.stream().map(node -> replica(partition, node)).toList(), 0);
    }

    /** The first replica of that partition on that node. */
    public static ReplicaId replica(PartitionId partition, UUID node) {
        String name = partition.text() + "|" + node;
        return new ReplicaId(
                node.toString(),
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    }
}
