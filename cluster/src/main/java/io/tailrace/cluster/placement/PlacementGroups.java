package io.tailrace.cluster.placement;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * Who votes in each placement group, as the catalogue has decided it: the nodes' ids, the preferred leader first. Each of them votes in
 * every partition of the group, also while the group moves (decision 23); who else votes by a partition's log, that log knows. Immutable.
 *
 * @param byFactor the voters of each group, by the replication factors in use
 * @param moves the groups that are on their way to other voters, or from some
 * @param moveCount the number of the newest move there has been
 */
public record PlacementGroups(
        PMap<Integer, PVector<List<UUID>>> byFactor, PMap<PlacementGroup, GroupMove> moves, long moveCount) {
    /** No factor in use. */
    public static final PlacementGroups NONE = new PlacementGroups(TreePMap.empty(), HashTreePMap.empty(), 0);

    /** Whether that replication factor has its groups. */
    public boolean has(int replicas) {
        return byFactor.containsKey(replicas);
    }

    /** Who votes there, preferred leader first; empty if the factor has no groups, and for {@link PlacementGroup#CONTROL}. */
    public Optional<List<UUID>> voters(PlacementGroup group) {
        return Optional.ofNullable(byFactor.get(group.replicas())).map(groups -> groups.get(group.number()));
    }

    /** Who is to vote there in the end: where it is on its way to, else who votes now. */
    public Optional<List<UUID>> wished(PlacementGroup group) {
        GroupMove move = moves.get(group);
        return move == null || move.hasArrived() ? voters(group) : Optional.of(move.target());
    }

    /** Who votes there, or is to, in no order that matters; empty if the factor has no groups. */
    public Set<UUID> stayingOrComing(PlacementGroup group) {
        Set<UUID> all = new LinkedHashSet<>(voters(group).orElse(List.of()));
        GroupMove move = moves.get(group);
        if (move != null) {
            all.addAll(move.target());
        }
        return all;
    }

    /** Whoever may vote in a partition of that group, or is to. */
    public Set<UUID> holders(PlacementGroup group) {
        Set<UUID> all = stayingOrComing(group);
        GroupMove move = moves.get(group);
        if (move != null) {
            all.addAll(move.leaving());
        }
        return all;
    }

    /** How that group moves; {@code null} if it does not. */
    public @Nullable GroupMove move(PlacementGroup group) {
        return moves.get(group);
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
        return new PlacementGroups(
                byFactor.plus(
                        replicas,
                        TreePVector.from(voters.stream().map(List::copyOf).toList())),
                moves,
                moveCount);
    }

    /** The same with the moves that there are, as they were stored. */
    public PlacementGroups withMoves(PMap<PlacementGroup, GroupMove> all, long count) {
        return new PlacementGroups(byFactor, all, count);
    }

    /** Others are to vote in a group; with those who vote already it is to stay as it is. Unchanged if the factor has no groups. */
    public PlacementGroups moving(PlacementGroup group, List<UUID> target) {
        List<UUID> present = voters(group).orElse(null);
        if (present == null) {
            return this;
        }
        List<UUID> coming = target.equals(present) ? List.of() : target;
        Set<UUID> leaving = holders(group);
        leaving.removeAll(present);
        return with(group, moveCount + 1, coming, leaving);
    }

    /** These vote in a group now, in each of its partitions; who did before may still. Unchanged if the factor has no groups. */
    public PlacementGroups moved(PlacementGroup group, List<UUID> voters) {
        PVector<List<UUID>> groups = byFactor.get(group.replicas());
        if (groups == null) {
            return this;
        }
        GroupMove move = moves.get(group);
        PlacementGroups arrived = new PlacementGroups(
                byFactor.plus(group.replicas(), groups.with(group.number(), List.copyOf(voters))), moves, moveCount);
        return arrived.with(group, move == null ? moveCount : move.number(), List.of(), holders(group));
    }

    /** Nobody votes in a group any more but who is to. */
    public PlacementGroups settled(PlacementGroup group) {
        return new PlacementGroups(byFactor, moves.minus(group), moveCount);
    }

    private PlacementGroups with(PlacementGroup group, long number, List<UUID> target, Collection<UUID> leaving) {
        Set<UUID> left = new LinkedHashSet<>(leaving);
        left.removeAll(target);
        left.removeAll(voters(group).orElse(List.of()));
        PMap<PlacementGroup, GroupMove> now = target.isEmpty() && left.isEmpty()
                ? moves.minus(group)
                : moves.plus(group, new GroupMove(number, target, List.copyOf(left)));
        return new PlacementGroups(byFactor, now, Math.max(moveCount, number));
    }
}
