package io.tailrace.cluster.node;

import io.tailrace.cluster.formation.ClusterNode;
import io.tailrace.cluster.formation.Members;
import io.tailrace.cluster.placement.NearReplicas;
import io.tailrace.cluster.placement.Placement;
import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Nearer is who is in the own rack (the idea of KIP-392). A node that says no rack has nobody near. */
final class RackReplicas implements NearReplicas {
    private final Members members;
    private final Supplier<Placement> placement;

    RackReplicas(Members members, Supplier<Placement> placement) {
        this.members = members;
        this.placement = placement;
    }

    @Override
    public Optional<String> nearerThan(PartitionId partition, String leader) {
        String rack = members.self().rack();
        if (rack.isEmpty() || isNear(leader, rack)) {
            return Optional.empty();
        }
        return placement.get().voters(partition).orElse(List.of()).stream()
                .map(UUID::toString)
                .filter(node -> isNear(node, rack))
                .findFirst();
    }

    private boolean isNear(String node, String rack) {
        return members.find(node)
                .filter(ClusterNode::alive)
                .filter(found -> found.rack().equals(rack))
                .isPresent();
    }
}
