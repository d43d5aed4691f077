package io.tailrace.cluster.placement;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * Who votes in each placement group, as the catalogue has decided it: the nodes' ids, the preferred leader first. What it says of a
 * group is the wish; who votes by a partition's log is the fact (log-safety rule 17). Immutable.
 *
 * @param byFactor the voters of each group, by the replication factors in use
 */
public record PlacementGroups(PMap<Integer, PVector<List<UUID>>> byFactor) {
    /** No factor in use. */
    public static final PlacementGroups NONE = new PlacementGroups(TreePMap.empty());

    /** Whether that replication factor has its groups. */
    public boolean has(int replicas) {
        return byFactor.containsKey(replicas);
    }

    /** Who votes there, preferred leader first; empty if the factor has no groups, and for {@link PlacementGroup#CONTROL}. */
    public Optional<List<UUID>> voters(PlacementGroup group) {
        return Optional.ofNullable(byFactor.get(group.replicas())).map(groups -> groups.get(group.number()));
    }

    /**
     * The same with the groups of one more factor.
     *
     * @param voters of each of the {@link PlacementGroup#GROUPS}
     */
    public PlacementGroups with(int replicas, List<List<UUID>> voters) {
        if (voters.size() != PlacementGroup.GROUPS) {
            throw new IllegalArgumentException(voters.size() + " groups instead of " + PlacementGroup.GROUPS);
        }
        return new PlacementGroups(byFactor.plus(
                replicas, TreePVector.from(voters.stream().map(List::copyOf).toList())));
    }

    /** The same with other voters in one group; unchanged if the factor has no groups. */
    public PlacementGroups moved(PlacementGroup group, List<UUID> voters) {
        PVector<List<UUID>> groups = byFactor.get(group.replicas());
        return groups == null
                ? this
                : new PlacementGroups(
                        byFactor.plus(group.replicas(), groups.with(group.number(), List.copyOf(voters))));
    }
}
