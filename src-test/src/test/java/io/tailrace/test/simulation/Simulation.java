package io.tailrace.test.simulation;

import org.jspecify.annotations.Nullable;

/** Lives of a cluster by seed. */
final class Simulation {
    private Simulation() {}

    /** What a life comes to: the rule that was seen broken, if any. */
    record Life(long seed, Coverage coverage, @Nullable RuntimeException problem) {}

    static Life live(long seed, Variant variant) {
        World world = new World(seed, false);
        return live(world, variant);
    }

    private static Life live(World world, Variant variant) {
        try {
            new Cluster(world, variant).run();
            return new Life(world.seed, world.coverage, null);
        } catch (RuntimeException e) {
            return new Life(world.seed, world.coverage, e);
        }
    }

    /** What to print about a life that went wrong: how to live it again, and its last steps. */
    static String report(Life life, Variant variant) {
        World again = new World(life.seed(), true);
        Life same = live(again, variant);
        return "Seed " + life.seed() + ": " + life.problem() + System.lineSeparator() + again.trace
                + System.lineSeparator() + "The same again (" + same.problem() + "):" + System.lineSeparator()
                + "  mvn -pl src-test -am test -Dtest=ReplicationSimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dtailrace.simulation.seed=" + life.seed();
    }
}
