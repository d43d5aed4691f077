package io.tailrace.cluster.movement;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A partition that is led on this node.
 *
 * @param partition which; one of those that the catalogue itself consists of stays on the same nodes, and only gets another replica where a node has lost its own
 * @param self the replica that leads it
 * @param status how its replicas stand when it is asked
 */
public record LedReplica(PartitionId partition, ReplicaId self, Supplier<CompletionStage<Replica.Status>> status) {
    /** That replica, if it leads such a partition. */
    public static Optional<LedReplica> of(Replica replica) {
        if (!replica.isLeading()) {
            return Optional.empty();
        }
        try {
            PartitionId partition =
                    PartitionId.parse(String.valueOf(replica.directory().getFileName()));
            return Optional.of(new LedReplica(partition, replica.self(), replica::status));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
