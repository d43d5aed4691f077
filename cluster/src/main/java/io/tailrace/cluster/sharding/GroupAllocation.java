package io.tailrace.cluster.sharding;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Where the partitions of a group are led: on one of its voters that lives, the preferred one first. So losing a node moves what
 * it led, and nothing else. What it led comes back a few groups at a time, once it has been up for a while; and goes a few at a time when
 * it is about to leave.
 */
final class GroupAllocation {
    /**
     * So many groups move at a time: while one does, nobody leads its partitions. Sharding stores two changes for each, one after the other, and
     * elections want the processor: with more, all of them are away for longer (docs/torture.md).
     */
    static final int MOVES_AT_A_TIME = 3;

    private final Set<UUID> live;
    private final Set<UUID> settled;
    private final Set<UUID> departing;

    /**
     * With these nodes.
     *
     * @param live those that are up and can be reached
     * @param settled those of them that have been so for a while
     * @param departing none of them, but can be reached, and are about to leave
     */
    GroupAllocation(Collection<UUID> live, Collection<UUID> settled, Collection<UUID> departing) {
        this.live = Set.copyOf(live);
        this.settled = new HashSet<>(settled);
        this.settled.retainAll(this.live);
        this.departing = Set.copyOf(departing);
    }

    /** Who is to lead; empty while none of the voters lives. A node that has just come waits, if another voter does not have to. */
    Optional<UUID> leader(List<UUID> voters) {
        return first(voters, settled).or(() -> first(voters, live)).or(() -> first(voters, departing));
    }

    private static Optional<UUID> first(List<UUID> voters, Set<UUID> among) {
        return voters.stream().filter(among::contains).findFirst();
    }

    /**
     * The groups that are to be led elsewhere. Not those of a node that cannot be reached: who leads them is decided when it is
     * known to be gone, and until then it would not hand anything over.
     *
     * @param leaders who leads each group now
     * @param voters of a group; empty if they are not known
     * @param moving groups that are on their way already, which count
     */
    <G> Set<G> moves(Map<G, UUID> leaders, Function<G, Optional<List<UUID>>> voters, Collection<G> moving) {
        int room = MOVES_AT_A_TIME - moving.size();
        List<G> moves = new ArrayList<>();
        for (Map.Entry<G, UUID> group : leaders.entrySet()) {
            if (moves.size() >= room) {
                break;
            }
            UUID leader = group.getValue();
            boolean leaves = departing.contains(leader);
            Optional<UUID> wanted =
                    voters.apply(group.getKey()).flatMap(of -> leaves ? leader(of) : first(of, settled));
            boolean elsewhere = wanted.isPresent() && !wanted.get().equals(leader);
            boolean reachable = leaves || live.contains(leader);
            if (elsewhere && reachable && !moving.contains(group.getKey())) {
                moves.add(group.getKey());
            }
        }
        return Set.copyOf(moves);
    }
}
