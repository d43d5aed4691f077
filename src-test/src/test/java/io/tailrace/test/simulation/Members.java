package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Every configuration of the voters that may still count for somebody, and every replica whose disk is lost: what an operator
 * has to know who must not take away more than a quorum can bear. And what holds of configurations.
 */
final class Members {
    private final Set<Voters> seen = new HashSet<>();
    private final Map<Integer, Voters> committed = new HashMap<>();
    private final Set<ReplicaId> lost = new TreeSet<>();
    private Voters newest;

    Members(Voters first) {
        this.newest = first;
        committed.put(first.configVersion(), first);
        seen.add(first);
    }

    /** By the log of some replica these are the voters, and those are so for good. */
    void stand(Voters voters, Voters forGood) {
        if (voters.configVersion() >= newest.configVersion()) {
            seen.add(voters);
        }
        if (forGood.equals(Voters.NONE)) {
            return;
        }
        Voters other = committed.putIfAbsent(forGood.configVersion(), forGood);
        if (other != null && !other.equals(forGood)) {
            throw new Violation("both " + other + " and " + forGood + " are committed");
        }
        if (forGood.configVersion() > newest.configVersion()) {
            newest = forGood;
            seen.removeIf(one -> one.configVersion() <= forGood.configVersion());
            seen.add(forGood);
        }
    }

    /** The newest that is committed. */
    Voters newest() {
        return newest;
    }

    /** The disk of that replica is gone, and it with it. */
    void lose(ReplicaId replica) {
        lost.add(replica);
    }

    /** It is there after all, and has read what it needs. */
    void find(ReplicaId replica) {
        lost.remove(replica);
    }

    boolean isLost(ReplicaId replica) {
        return lost.contains(replica);
    }

    /** The voters that may count, as far as anybody's log goes. */
    Set<Set<ReplicaId>> seen() {
        return seen.stream().map(voters -> Set.copyOf(voters.ids())).collect(Collectors.toSet());
    }

    /** Whether a quorum of them has its disks, and is not of those. */
    boolean canDecide(Set<ReplicaId> voters, Set<ReplicaId> without) {
        long there = voters.stream()
                .filter(id -> !lost.contains(id) && !without.contains(id))
                .count();
        return there >= voters.size() / 2 + 1;
    }

    /** How many voters are in one of the two only. */
    static long difference(Voters one, Voters other) {
        return one.ids().stream().filter(id -> !other.contains(id)).count()
                + other.ids().stream().filter(id -> !one.contains(id)).count();
    }
}
