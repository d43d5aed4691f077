package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.Input;
import java.util.List;

/** Nominates, and often badly: two at once, one that is cut off, one although another leads. */
final class Sharding {
    private static final int LOOKS_EVERY_MILLIS = 60;

    private final Cluster cluster;
    private final World world;
    private int turn;

    Sharding(Cluster cluster, World world) {
        this.cluster = cluster;
        this.world = world;
    }

    void live() {
        look();
        world.after(world.between(LOOKS_EVERY_MILLIS / 2, LOOKS_EVERY_MILLIS * 2), this::live);
    }

    private void look() {
        List<SimulatedNode> leading =
                cluster.nodes().stream().filter(SimulatedNode::isLeading).toList();
        if (leading.size() > 1) {
            world.coverage.count("two believe to lead");
        }
        if (!cluster.isBeingTested()) {
            // In the end it gets to everybody: of seven nodes one may be the only voter.
            if (leading.isEmpty() && world.chance(0.5)) {
                nominate(cluster.nodes().get(turn++ % cluster.nodes().size()));
            }
        } else if (leading.isEmpty() || world.chance(0.04)) {
            nominate(cluster.anyNode());
            if (world.chance(0.1)) {
                world.coverage.count("fault: two nominations at once");
                nominate(cluster.anyNode());
            }
        }
    }

    /** Half of the nominations leave no choice: else little would happen beside a leader that lives. */
    void nominate(SimulatedNode node) {
        boolean handOver = world.chance(0.6);
        nominate(
                node,
                world.chance(0.2)
                        ? new Input.NominatedAnew()
                        : new Input.Nominated(handOver, world.chance(handOver ? 0.8 : 0.3)));
    }

    void nominate(SimulatedNode node, Input nomination) {
        if (node.isUp()) {
            node.arrive(() -> {
                boolean anew = nomination instanceof Input.NominatedAnew;
                world.coverage.count((anew ? "nominated anew" : "nominated") + (node.isLeading() ? " who leads" : ""));
                node.step(nomination);
            });
        }
    }
}
