package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.Input;
import java.util.List;

/** Nominates, and often badly: two at once, one that is cut off, one although another leads. */
final class Sharding {
    private static final int LOOKS_EVERY_MILLIS = 60;

    private final Cluster cluster;
    private final World world;

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
            if (leading.isEmpty() && world.chance(0.5)) {
                nominate(cluster.anyNode());
            }
        } else if (leading.isEmpty() || world.chance(0.04)) {
            nominate(cluster.anyNode());
            if (world.chance(0.1)) {
                world.coverage.count("fault: two nominations at once");
                nominate(cluster.anyNode());
            }
        }
    }

    void nominate(SimulatedNode node) {
        if (node.isUp()) {
            node.arrive(() -> {
                boolean anew = world.chance(0.3);
                world.coverage.count((anew ? "nominated anew" : "nominated") + (node.isLeading() ? " who leads" : ""));
                node.step(anew ? new Input.NominatedAnew() : new Input.Nominated());
            });
        }
    }
}
