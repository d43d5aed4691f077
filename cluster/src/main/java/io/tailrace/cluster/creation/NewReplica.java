package io.tailrace.cluster.creation;

import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * A replica to be made.
 *
 * @param partition whose log it is a replica of
 * @param voters the nodes of all first voters of that log, in their order; the one that makes this replica is among them
 */
public record NewReplica(PartitionId partition, List<UUID> voters) {
    /** Takes a copy. */
    public NewReplica {
        voters = List.copyOf(voters);
    }

    /** What each node has to make for these partitions. */
    public static Map<UUID, List<NewReplica>> byNode(
            List<PartitionId> partitions, Function<PartitionId, List<UUID>> voters) {
        Map<UUID, List<NewReplica>> byNode = new LinkedHashMap<>();
        for (PartitionId partition : partitions) {
            NewReplica replica = new NewReplica(partition, voters.apply(partition));
            replica.voters().forEach(node -> byNode.computeIfAbsent(node, none -> new ArrayList<>())
                    .add(replica));
        }
        return byNode;
    }
}
