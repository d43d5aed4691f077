package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds, removes and replaces voters, wipes disks, and lets in what comes back on them. Wishes for much: of the wrong node, two
 * things at once, the leader's end. Never for what would leave the voters without a quorum of disks.
 */
final class Operator {
    private static final int TIDIES_EVERY_MILLIS = 60;
    private static final int FEWEST_IN_THE_END = 3;

    private final Cluster cluster;
    private final World world;
    private final Members members;
    private final int everyMillis;
    /** How often somebody wishes for something of who has just been chosen. */
    private final double wishAtChanges;

    private final Map<Long, Wish> wishes = new HashMap<>();
    private long lastToken;

    private record Wish(SimulatedNode node, int start, boolean add, ReplicaId who) {
        boolean isOpen() {
            return node.isUpSince(start);
        }

        Set<ReplicaId> appliedTo(Set<ReplicaId> voters) {
            Set<ReplicaId> changed = new HashSet<>(voters);
            if (add) {
                changed.add(who);
            } else {
                changed.remove(who);
            }
            return changed;
        }
    }

    /** One who is eager wishes for something of whoever has just been chosen, and often. */
    Operator(Cluster cluster, World world, Members members, boolean eager) {
        this.cluster = cluster;
        this.world = world;
        this.members = members;
        this.everyMillis = eager ? world.between(20, 100) : world.between(20, 400);
        this.wishAtChanges = eager ? 1 : world.chance(0.5) ? 0 : world.random.nextDouble();
    }

    void live() {
        act();
        int pause = cluster.isBeingTested() ? world.between(1, 2 * everyMillis) : TIDIES_EVERY_MILLIS;
        world.after(pause, this::live);
    }

    private void act() {
        if (!cluster.isBeingTested()) {
            tidyUp();
        } else if (world.chance(0.15)) {
            loseDisk(cluster.anyNode());
        } else {
            SimulatedNode node = leading();
            if (node == null || world.chance(0.1)) {
                node = cluster.anyNode();
            }
            SimulatedNode asked = node;
            asked.arrive(() -> wishSomething(asked));
            if (world.chance(0.2)) {
                SimulatedNode other = world.chance(0.5) ? asked : cluster.anyNode();
                world.coverage.count("fault: two wishes at once");
                other.arrive(() -> wishSomething(other));
            }
        }
    }

    /** A replica has changed its role: who has just been chosen is asked at once. */
    void changed(SimulatedNode node) {
        if (node.isChosen() && world.chance(wishAtChanges)) {
            node.arrive(() -> wishSomething(node));
        }
    }

    private @Nullable SimulatedNode leading() {
        return cluster.nodes().stream()
                .filter(SimulatedNode::isLeading)
                .findAny()
                .orElse(null);
    }

    private void wishSomething(SimulatedNode node) {
        Voters voters = node.voters();
        if (voters.ids().isEmpty()) {
            return;
        }
        ReplicaId gone =
                voters.ids().stream().filter(members::isLost).findFirst().orElse(null);
        ReplicaId other = cluster.anyNode().replicaId();
        if (gone != null && world.chance(0.6)) {
            wish(node, false, gone);
        } else if (!voters.contains(other) || world.chance(0.05)) {
            wish(node, true, other);
        } else if (voters.ids().size() > 2 || world.chance(0.3)) {
            wish(node, false, other);
        }
    }

    private void wish(SimulatedNode node, boolean add, ReplicaId who) {
        long token = ++lastToken;
        wishes.put(token, new Wish(node, node.starts(), add, who));
        if (!bearsTheLossOf(null)) {
            wishes.remove(token);
            return;
        }
        world.coverage.count("wish: " + (add ? "add" : "remove") + (node.isLeading() ? "" : " of who does not lead"));
        if (!add && who.equals(node.replicaId()) && node.isLeading()) {
            world.coverage.count("wish: remove who leads");
        }
        if (add && token % 2 == 0) {
            node.step(new Input.Learn(token, who));
        } else {
            node.step(add ? new Input.AddVoter(token, who) : new Input.RemoveVoter(token, who));
        }
    }

    private boolean hasOpenWish(SimulatedNode node) {
        return wishes.values().stream().anyMatch(wish -> wish.node == node && wish.isOpen());
    }

    /** What a node answers. */
    void decided(Output.Decision decision) {
        if (decision instanceof Output.LearnerCaughtUp learner) {
            world.coverage.count("wish: brought up");
            Wish wish = wishes.get(learner.token());
            if (wish != null) {
                wish.node.arrive(() -> addWhoIsBroughtUp(learner.token(), wish));
            }
        } else if (decision instanceof Output.VotersChanged changed) {
            answered(changed.token(), "changed");
        } else if (decision instanceof Output.VotersUnknown unknown) {
            answered(unknown.token(), "unknown");
        } else if (decision instanceof Output.VotersRefused refused) {
            answered(refused.token(), "refused with " + refused.code());
        }
    }

    private void addWhoIsBroughtUp(long token, Wish wish) {
        if (wishes.containsKey(token) && wish.isOpen()) {
            wish.node.step(new Input.AddVoter(token, wish.who));
        }
    }

    private void answered(long token, String how) {
        world.coverage.count("wish " + how);
        if (wishes.remove(token) == null) {
            throw new Violation("a change of the voters was answered twice");
        }
    }

    // --- disks -------------------------------------------------------------------------------------------------------

    private void loseDisk(SimulatedNode node) {
        ReplicaId replica = node.replicaId();
        if (members.isLost(replica) || !bearsTheLossOf(node)) {
            return;
        }
        boolean voter = members.newest().contains(replica);
        members.lose(replica);
        if (world.chance(0.3)) {
            node.loseIdentity();
        } else {
            world.coverage.count(voter ? "fault: a voter's disk lost" : "fault: disk lost");
            node.wipe();
        }
    }

    /**
     * Whether whatever may count has a quorum without those whose disk is lost or damaged, and without that node's replica: all that
     * anybody's log says, and all that open wishes may make of it.
     */
    boolean bearsTheLossOf(@Nullable SimulatedNode node) {
        Set<ReplicaId> without = new HashSet<>();
        for (SimulatedNode other : cluster.nodes()) {
            if (other == node || isMissing(other)) {
                without.add(other.replicaId());
            }
        }
        return possible().stream().allMatch(voters -> members.canDecide(voters, without));
    }

    /** In the end nothing happens any more to who has caught up; but damage that nobody has met yet will be met. */
    private boolean isMissing(SimulatedNode node) {
        return cluster.isBeingTested() ? node.damage.isThere() : !node.reads.isSound();
    }

    private Set<Set<ReplicaId>> possible() {
        wishes.values().removeIf(wish -> !wish.isOpen());
        // In the end what no leader's log says any more counts for nobody.
        Set<Set<ReplicaId>> possible = cluster.isBeingTested()
                ? members.seen()
                : new HashSet<>(Set.of(Set.copyOf(members.newest().ids())));
        for (int before = 0; before < possible.size(); ) {
            before = possible.size();
            for (Set<ReplicaId> voters : List.copyOf(possible)) {
                wishes.values().forEach(wish -> possible.add(wish.appliedTo(voters)));
            }
        }
        possible.remove(Set.of());
        return possible;
    }

    // --- in the end --------------------------------------------------------------------------------------------------

    private void tidyUp() {
        SimulatedNode node = leading();
        if (node == null || hasOpenWish(node)) {
            return;
        }
        for (ReplicaId voter : node.voters().ids()) {
            if (members.isLost(voter)) {
                wish(node, false, voter);
                return;
            }
        }
        for (SimulatedNode other : cluster.nodes()) {
            if (node.voters().ids().size() < FEWEST_IN_THE_END && !node.voters().contains(other.replicaId())) {
                wish(node, true, other.replicaId());
                return;
            }
        }
    }

    /** Whether all that is left to be done is done. */
    boolean isTidy() {
        return wishes.values().stream().noneMatch(Wish::isOpen)
                && members.newest().ids().stream().noneMatch(members::isLost);
    }
}
