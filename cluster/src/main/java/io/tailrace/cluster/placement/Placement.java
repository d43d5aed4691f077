package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;

/** Which nodes hold each partition, as far as the catalogue is known here. Immutable. */
public final class Placement {
    private final PlacementGroups groups;
    private final Function<PartitionId, OptionalInt> replicas;
    private final List<UUID> controlVoters;

    /**
     * By the catalogue's groups.
     *
     * @param replicas the replication factor of a partition; empty if there is no such partition
     * @param controlVoters the nodes that hold the catalogue itself, the preferred leader first
     */
    public Placement(PlacementGroups groups, Function<PartitionId, OptionalInt> replicas, List<UUID> controlVoters) {
        this.groups = groups;
        this.replicas = replicas;
        this.controlVoters = List.copyOf(controlVoters);
    }

    /** The group that the partition lives in; empty if the partition is not known. */
    public Optional<PlacementGroup> group(PartitionId partition) {
        if (InternalPartition.isControl(partition)) {
            return Optional.of(PlacementGroup.CONTROL);
        }
        OptionalInt factor = replicas.apply(partition);
        return factor.isPresent() ? Optional.of(PlacementGroup.of(partition, factor.getAsInt())) : Optional.empty();
    }

    /** Who votes in that group, the preferred leader first; empty if the group is not known. */
    public Optional<List<UUID>> voters(PlacementGroup group) {
        return group.isControl() ? Optional.of(controlVoters) : groups.voters(group);
    }

    /** The nodes that are to hold the partition, the preferred leader first; empty if the partition or its group is not known. */
    public Optional<List<UUID>> voters(PartitionId partition) {
        return group(partition).flatMap(this::voters);
    }
}
