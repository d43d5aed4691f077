package io.tailrace.test.simulation;

/** Lets records go, as retention does and users do: everything, or up to somewhere, also into the middle of a batch. */
final class Deleter {
    private static final String ID = "deleter";

    private final Cluster cluster;
    private final World world;
    private final int everyMillis;

    Deleter(Cluster cluster, World world) {
        this.cluster = cluster;
        this.world = world;
        this.everyMillis = world.chance(0.3) ? 0 : world.between(30, 600);
    }

    void live() {
        if (everyMillis > 0) {
            world.after(world.between(1, 2 * everyMillis), this::look);
        }
    }

    private void look() {
        if (cluster.isBeingTested()) {
            cluster.nodes().stream().filter(SimulatedNode::isLeading).findAny().ifPresent(node -> cluster.network()
                    .send(ID, node.id, false, () -> node.arrive(() -> ask(node))));
            live();
        }
    }

    private void ask(SimulatedNode node) {
        SimulatedPartition partition = node.partition();
        if (partition != null) {
            partition.moveStart();
        }
    }
}
