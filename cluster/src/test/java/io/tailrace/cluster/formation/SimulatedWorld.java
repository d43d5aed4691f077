package io.tailrace.cluster.formation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Time, network, disks and Pekko for nodes that form a cluster; everything follows from the seed. */
final class SimulatedWorld {
    /** What is broken on purpose, so that it shows whether the simulation would notice. */
    enum Broken {
        NOTHING,
        /** A cluster is up with its first member. */
        UP_ALONE,
        /** What is stored is gone after a crash. */
        DISKS_FORGET
    }

    private static final int GOSSIP_MILLIS = 200;

    private final Random random;
    private final Broken broken;
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.naturalOrder());
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<SimulatedGossip> gossips = new ArrayList<>();
    private final Set<String> cut = new HashSet<>();
    private final Set<UUID> clusterIds = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private double loss;
    private double late;
    private long now;
    private long order;
    private long uids;

    private record Due(long at, long order, Runnable what) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return Comparator.comparingLong(Due::at)
                    .thenComparingLong(Due::order)
                    .compare(this, other);
        }
    }

    SimulatedWorld(long seed, Broken broken) {
        this.random = new Random(seed);
        this.broken = broken;
        later(GOSSIP_MILLIS, this::gossip);
    }

    Random random() {
        return random;
    }

    long now() {
        return now;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    List<String> violations() {
        return violations;
    }

    Set<UUID> clusterIds() {
        return clusterIds;
    }

    UUID freshId() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    long freshUid() {
        return ++uids;
    }

    boolean forgetsWrites() {
        return broken == Broken.DISKS_FORGET;
    }

    void faulty(double lossOfMessages, double lateMessages) {
        loss = lossOfMessages;
        late = lateMessages;
    }

    SimulatedNode add(NodeAddress address, String name, boolean storage, List<NodeAddress> seeds) {
        SimulatedNode node = new SimulatedNode(this, address, name, storage, seeds);
        nodes.add(node);
        return node;
    }

    @Nullable
    SimulatedNode at(NodeAddress address) {
        return nodes.stream()
                .filter(node -> node.address.equals(address))
                .findFirst()
                .orElse(null);
    }

    void later(long millis, Runnable what) {
        due.add(new Due(now + millis, order++, what));
    }

    void run(long millis) {
        long end = now + millis;
        while (true) {
            Due next = due.peek();
            if (next == null || next.at > end) {
                break;
            }
            due.poll();
            now = next.at;
            next.what.run();
        }
        now = end;
    }

    void send(NodeAddress from, NodeAddress to, FormationMessage message) {
        if (random.nextDouble() < loss) {
            return;
        }
        long delay = random.nextDouble() < late ? random.nextInt(6_000) : 1 + random.nextInt(20);
        later(delay, () -> {
            SimulatedNode target = at(to);
            if (target != null && connected(from, to)) {
                target.hear(message);
            }
        });
    }

    boolean connected(NodeAddress one, NodeAddress other) {
        return !cut.contains(one + " " + other) && !cut.contains(other + " " + one);
    }

    void cut(NodeAddress one, NodeAddress other) {
        cut.add(one + " " + other);
    }

    void heal() {
        cut.clear();
    }

    SimulatedGossip newGossip(int majority) {
        SimulatedGossip gossip = new SimulatedGossip(broken == Broken.UP_ALONE ? 1 : majority);
        gossips.add(gossip);
        return gossip;
    }

    private void gossip() {
        gossips.removeIf(gossip -> gossip.uids().isEmpty());
        List.copyOf(gossips).forEach(gossip -> gossip.step(this));
        later(GOSSIP_MILLIS, this::gossip);
    }

    /** No two clusters with a majority of living founders at once, and none beside one that others believe in. */
    void cameUp(SimulatedGossip risen) {
        Membership membership = nodes.stream()
                .map(SimulatedNode::disk)
                .filter(disk -> disk.state() == Membership.State.MEMBER)
                .findFirst()
                .orElse(Membership.blank());
        for (SimulatedGossip other : gossips) {
            if (other != risen && other.isUp() && other.liveFounders(membership) >= 1) {
                boolean believed = other.uids().stream().filter(other::isUp).count() >= membership.majority();
                if (!believed || other.liveFounders(membership) >= membership.majority()) {
                    violations.add(now + ": two clusters are up");
                }
            }
        }
    }

    /** A cluster id is drawn once, and nobody leaves a cluster that was founded. */
    void checkWrite(SimulatedNode node, Membership next) {
        Membership before = node.disk();
        if (before.state() == Membership.State.MEMBER) {
            violations.add(now + ": " + node.name + " was a member and now stores " + next);
        }
        if (before.state() == Membership.State.FOUNDING && !before.clusterId().equals(next.clusterId())) {
            violations.add(now + ": " + node.name + " had agreed to another founding");
        }
        if (next.state() == Membership.State.MEMBER) {
            clusterIds.add(next.clusterId());
            if (clusterIds.size() > 1) {
                violations.add(now + ": two clusters were founded");
            }
        }
    }
}
