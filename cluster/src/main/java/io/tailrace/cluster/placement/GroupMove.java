package io.tailrace.cluster.placement;

import java.util.List;
import java.util.UUID;

/**
 * A group on its way to other voters. At first its partitions get replicas on those who are to come; when all of them vote, in each partition,
 * they are the group's voters, and whoever is left over goes.
 *
 * @param number which change of places this is: each has a greater one than all before
 * @param target who is to vote, the preferred leader first; empty when they have arrived
 * @param leaving who may still vote in some partition and is neither to stay nor to come
 */
public record GroupMove(long number, List<UUID> target, List<UUID> leaving) {
    /** Takes copies. */
    public GroupMove {
        target = List.copyOf(target);
        leaving = List.copyOf(leaving);
    }

    /** Whether all are there that are to come: what is left to do is to remove. */
    public boolean hasArrived() {
        return target.isEmpty();
    }
}
