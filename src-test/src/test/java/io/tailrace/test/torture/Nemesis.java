package io.tailrace.test.torture;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Does harm to one node at a time, drawn from a seed, and sees it well again before the next: a quorum of three bears no more.
 * What the machine does in between is not from a seed, so a run is not played again exactly; its faults are.
 */
final class Nemesis {
    private final NodeGroup nodes;
    private final List<Fault> faults;
    private final Random random;
    private final Harm harm;
    private final Consumer<Happening> out;
    private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);

    /** With the faults among these that can be done here. */
    Nemesis(NodeGroup nodes, List<Fault> faults, Random random, Harm harm, Consumer<Happening> out) {
        this.nodes = nodes;
        this.faults = faults.stream().filter(harm::isPossible).toList();
        this.random = random;
        this.harm = harm;
        this.out = out;
    }

    /** How often it has done what. */
    Map<Fault, Integer> done() {
        return done;
    }

    /** Goes on until the time is over, and leaves all nodes well. */
    void rage(long untilNanos) throws IOException, InterruptedException {
        while (System.nanoTime() - untilNanos < 0) {
            TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(3_000));
            Fault fault = faults.get(random.nextInt(faults.size()));
            NodeProcess node = nodes.all().get(random.nextInt(nodes.all().size()));
            done.merge(fault, 1, Integer::sum);
            out.accept(Happening.note("fault " + fault + " " + node.name()));
            harm.doTo(node, fault);
            out.accept(Happening.note("fault is over"));
            nodes.awaitReady();
            out.accept(Happening.note("well again"));
        }
    }
}
