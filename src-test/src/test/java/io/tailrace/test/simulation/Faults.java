package io.tailrace.test.simulation;

/** What goes wrong, and when. */
final class Faults {
    private final Cluster cluster;
    private final World world;
    /** How often something goes wrong in this life, milliseconds. */
    private final int everyMillis;
    /** How often something goes wrong just when a replica has changed its role. */
    private final double atChanges;

    /** How much of what goes wrong in this life is damage. */
    private final double damages;

    private final Sharding sharding;

    Faults(Cluster cluster, World world, Sharding sharding) {
        this.sharding = sharding;
        this.atChanges = world.chance(0.4) ? 0 : world.random.nextDouble() * 0.4;
        this.damages = world.chance(0.5) ? 0 : world.random.nextDouble() * 0.6;
        this.cluster = cluster;
        this.world = world;
        this.everyMillis = world.between(60, 500);
        cluster.network().worsen();
    }

    void live() {
        world.after(world.between(1, 2 * everyMillis), () -> {
            if (cluster.isBeingTested()) {
                happen();
                live();
            }
        });
    }

    private void happen() {
        SimulatedNode node = cluster.anyNode();
        SimulatedNode other = cluster.anyNode();
        if (world.chance(damages) && cluster.mayLose(node)) {
            if (world.chance(0.2)) {
                node.stopTearingWholeBatches();
            } else {
                node.damage.happen();
            }
            return;
        }
        switch (world.random.nextInt(20)) {
            case 0, 1 -> node.stop(true);
            case 2 -> node.stop(false);
            case 3 -> node.close();
            case 4, 5 -> node.disk.stopAfter(world.random.nextInt(30));
            case 6 -> cluster.nodes().forEach(one -> one.stop(true));
            case 7 -> {
                node.stop(true);
                if (other != node) {
                    other.stop(true);
                }
            }
            case 8 -> {
                world.coverage.count("fault: process paused");
                node.pauseFor(world.between(20, 900));
            }
            case 9 -> isolate(node);
            case 10 -> cutOneWay(node, other);
            case 11 -> {
                world.coverage.count("fault: slow disk");
                node.slowDisk(true);
                world.after(world.between(50, 800), () -> node.slowDisk(false));
            }
            case 12 -> node.disk.failForceAfter(world.random.nextInt(5));
            case 13, 14 -> usurp();
            case 15, 16 -> {
                world.coverage.count("fault: disk full");
                node.fillDisk(world.random.nextInt(1_000));
                world.after(world.between(50, 1_200), node::emptyDisk);
            }
            case 17 -> node.clock.jump();
            case 18 -> flap(node, other, world.between(3, 12));
            default -> {
                cluster.network().heal();
                cluster.network().worsen();
            }
        }
    }

    /** Just when a replica has changed its role. */
    void changed(SimulatedNode node) {
        if (world.chance(atChanges)) {
            world.after(world.between(0, world.chance(0.5) ? 5 : 25), () -> {
                if (cluster.isBeingTested()) {
                    switch (world.random.nextInt(4)) {
                        case 0, 1 -> node.stop(true);
                        case 2 -> isolate(node);
                        default -> sharding.nominate(cluster.anyNode());
                    }
                }
            });
        }
    }

    /** Whether disks are damaged in this life. */
    boolean doDamage() {
        return damages > 0;
    }

    /** Just when a leader counts other voters, of which nobody else knows. */
    void votersChanged(SimulatedNode leader) {
        if (world.chance(atChanges)) {
            world.coverage.count("fault: cut off with a change of the voters");
            usurp(leader);
        }
    }

    /** A replica has lost what it acknowledged, and whoever leads should know; or it has caught up, and should be right in that. */
    void lostSomething(SimulatedNode node, boolean caughtUp) {
        for (SimulatedNode leader : cluster.nodes()) {
            if (leader != node && (leader.isLeading() || world.chance(0.1)) && world.chance(0.6)) {
                if (caughtUp) {
                    world.after(world.between(0, 20), () -> depose(leader));
                } else {
                    world.coverage.count("fault: who lost something is not heard");
                    cutOneWay(node, leader);
                    leader.slowDisk(true);
                    world.after(world.between(20, 300), () -> leader.slowDisk(false));
                }
            }
        }
    }

    private void depose(SimulatedNode leader) {
        if (cluster.isBeingTested()) {
            world.coverage.count("fault: leader lost just when another had caught up");
            if (world.chance(0.5)) {
                leader.stop(true);
            } else {
                isolate(leader);
            }
            world.after(world.between(0, 30), () -> sharding.nominate(cluster.anyNode()));
        }
    }

    /** Who leads is cut off from the others, not from its clients, and another is nominated. */
    private void usurp() {
        for (SimulatedNode node : cluster.nodes()) {
            if (node.isLeading()) {
                usurp(node);
            }
        }
    }

    private void usurp(SimulatedNode leader) {
        isolate(leader);
        SimulatedNode other = cluster.anyNode();
        world.after(world.between(0, 60), () -> sharding.nominate(other));
    }

    private void isolate(SimulatedNode node) {
        world.coverage.count("fault: node cut off");
        for (SimulatedNode other : cluster.nodes()) {
            cut(node, other);
            cut(other, node);
        }
    }

    private void cutOneWay(SimulatedNode from, SimulatedNode to) {
        if (from != to) {
            world.coverage.count("fault: link cut one way");
            cut(from, to);
        }
    }

    /** A link that comes and goes, so quickly that nobody can tell whether it is there. */
    private void flap(SimulatedNode from, SimulatedNode to, int times) {
        if (from != to && times > 0 && cluster.isBeingTested()) {
            world.coverage.count("fault: link flaps");
            cluster.network().cut(from.id, to.id);
            world.after(world.between(1, 60), () -> {
                cluster.network().mend(from.id, to.id);
                world.after(world.between(1, 60), () -> flap(from, to, times - 1));
            });
        }
    }

    private void cut(SimulatedNode from, SimulatedNode to) {
        cluster.network().cut(from.id, to.id);
        world.after(world.between(50, 1200), () -> cluster.network().mend(from.id, to.id));
    }
}
