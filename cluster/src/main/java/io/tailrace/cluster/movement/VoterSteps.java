package io.tailrace.cluster.movement;

import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a leader does next so that its log's voters become those that are wished for: first whoever is missing comes, then whoever is left over
 * goes, so that a quorum is never thinner than it has to be. A node that lost its replica has another: the lost one goes first, since with both
 * of them a quorum of what is left would need everybody. The leader never removes itself: it is led away from first.
 */
final class VoterSteps {
    /** What is to be done. */
    sealed interface Step {}

    /** That node is to say which replica it has, or to make one, which is to vote. */
    record Bring(UUID node) implements Step {}

    /** That replica is not to vote any more: its node is not to have one, or has another. */
    record Remove(ReplicaId replica) implements Step {}

    /** There is nothing to be done just now. */
    enum Nothing implements Step {
        INSTANCE
    }

    /** Who votes in one log, and who is to. */
    private final Voters voters;

    private final ReplicaId self;
    private final Set<UUID> wished;

    /**
     * Of one log.
     *
     * @param voters by its newest word, which is committed
     * @param self who leads it
     * @param wished the nodes that are to have a voter
     */
    VoterSteps(Voters voters, ReplicaId self, Set<UUID> wished) {
        this.voters = voters;
        this.self = self;
        this.wished = wished;
    }

    /**
     * The next one.
     *
     * @param heard the other replicas that have answered lately
     * @param named the replicas that nodes have said lately to have
     * @param able the nodes that can be asked; one that has just failed is none of them
     */
    Step next(Set<ReplicaId> heard, Map<UUID, ReplicaId> named, Set<UUID> able) {
        boolean complete = true;
        for (UUID node : wished) {
            List<ReplicaId> there = of(node);
            ReplicaId known = self.nodeId().equals(node.toString()) ? self : named.get(node);
            boolean missing = there.isEmpty() || (known != null && !there.contains(known));
            boolean doubtful =
                    known == null && (there.size() > 1 || !there.stream().allMatch(heard::contains));
            complete &= !missing;
            ReplicaId lost = known == null ? null : other(there, known);
            if (lost != null) {
                return new Remove(lost);
            }
            if ((missing || doubtful) && able.contains(node)) {
                return new Bring(node);
            }
        }
        if (complete) {
            for (ReplicaId voter : voters.ids()) {
                if (!voter.equals(self) && !wished.contains(UUID.fromString(voter.nodeId()))) {
                    return new Remove(voter);
                }
            }
        }
        return Nothing.INSTANCE;
    }

    private List<ReplicaId> of(UUID node) {
        String id = node.toString();
        return voters.ids().stream().filter(voter -> voter.nodeId().equals(id)).toList();
    }

    private static @Nullable ReplicaId other(List<ReplicaId> there, ReplicaId known) {
        return there.stream().filter(voter -> !voter.equals(known)).findFirst().orElse(null);
    }

    /** Whether each of these nodes has a voter. */
    boolean haveAll(List<UUID> nodes) {
        return nodes.stream().noneMatch(node -> of(node).isEmpty());
    }

    /** Whether these nodes have a voter each, and nobody else has. */
    boolean areExactly(List<UUID> nodes) {
        return haveAll(nodes) && voters.ids().size() == nodes.size();
    }
}
