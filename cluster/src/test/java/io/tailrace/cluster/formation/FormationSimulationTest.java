package io.tailrace.cluster.formation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whole lives of clusters that are founded, broken and formed again, with messages lost and late, partitions, crashes between
 * any two steps, disks replaced. {@code -Dtailrace.simulation.seed=N} plays one.
 */
class FormationSimulationTest {
    private static final int LIVES = 300;

    @Test
    void oneClusterIsFoundedAndEverybodyIsInIt() {
        Long only = Long.getLong("tailrace.simulation.seed");
        List<String> wrong = only != null ? life(only, SimulatedWorld.Broken.NOTHING) : lives(1, LIVES);
        assertThat(wrong).isEmpty();
    }

    @Test
    @Tag("full")
    void oneClusterIsFoundedInManyMoreLives() {
        assertThat(lives(LIVES + 1, 100 * LIVES)).isEmpty();
    }

    @Test
    void clusterThatIsUpWithItsFirstMemberIsFoundOut() {
        assertThat(firstFound(SimulatedWorld.Broken.UP_ALONE)).isNotEmpty();
    }

    @Test
    void disksThatForgetAreFoundOut() {
        assertThat(firstFound(SimulatedWorld.Broken.DISKS_FORGET)).isNotEmpty();
    }

    private static List<String> lives(long from, long to) {
        List<String> wrong = new ArrayList<>();
        for (long seed = from; seed <= to && wrong.isEmpty(); seed++) {
            wrong.addAll(life(seed, SimulatedWorld.Broken.NOTHING));
        }
        return wrong;
    }

    private static String firstFound(SimulatedWorld.Broken broken) {
        for (long seed = 1; seed <= LIVES; seed++) {
            List<String> wrong = life(seed, broken);
            if (!wrong.isEmpty()) {
                return wrong.get(0);
            }
        }
        return "";
    }

    private static List<String> life(long seed, SimulatedWorld.Broken broken) {
        SimulatedWorld world = new SimulatedWorld(seed, broken);
        Random random = world.random();
        int founders = 1 + random.nextInt(5);
        List<NodeAddress> seeds = addresses(0, founders);
        for (NodeAddress address : seeds) {
            world.add(address, "n" + address.port(), true, seeds);
        }
        for (NodeAddress address : addresses(founders, founders + random.nextInt(3))) {
            world.add(address, "n" + address.port(), random.nextBoolean(), seeds);
        }
        world.faulty(random.nextInt(3) * 0.1, random.nextInt(3) * 0.05);
        world.nodes().forEach(node -> world.later(random.nextInt(10_000), node::start));
        int faults = random.nextInt(25);
        for (int i = 0; i < faults; i++) {
            world.run(random.nextInt(4_000));
            fault(world, founders);
        }
        settle(world, founders);
        return verdict(world, seed);
    }

    private static List<NodeAddress> addresses(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> new NodeAddress("host", 7_001 + i))
                .toList();
    }

    private static void fault(SimulatedWorld world, int founders) {
        Random random = world.random();
        SimulatedNode one = world.nodes().get(random.nextInt(world.nodes().size()));
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                one.stop();
                world.later(random.nextInt(8_000), one::start);
            }
            case 2 -> {
                world.nodes().forEach(SimulatedNode::stop);
                world.nodes().forEach(node -> world.later(random.nextInt(5_000), node::start));
            }
            case 3 -> split(world);
            case 4 -> {
                SimulatedNode other =
                        world.nodes().get(random.nextInt(world.nodes().size()));
                if (other != one) {
                    world.cut(one.address, other.address);
                }
            }
            case 5, 6 -> world.heal();
            default -> replaceDisk(world, one, founders);
        }
    }

    private static void split(SimulatedWorld world) {
        List<SimulatedNode> left = world.nodes().stream()
                .filter(node -> world.random().nextBoolean())
                .toList();
        for (SimulatedNode one : left) {
            world.nodes().stream()
                    .filter(node -> !left.contains(node))
                    .forEach(other -> world.cut(one.address, other.address));
        }
    }

    /** Only once the cluster is founded, and never so many that no majority of the founders is left. */
    private static void replaceDisk(SimulatedWorld world, SimulatedNode node, int founders) {
        Membership known = founded(world);
        boolean allMembers = world.nodes().stream()
                .filter(each -> known.isFounder(each.nodeId()))
                .allMatch(each -> each.disk().state() == Membership.State.MEMBER);
        long left = world.nodes().stream()
                .filter(each -> each != node && known.isFounder(each.nodeId()))
                .count();
        if (!known.isBlank() && allMembers && left >= founders / 2 + 1) {
            node.stop();
            node.wipe();
            world.later(world.random().nextInt(8_000), node::start);
        }
    }

    private static Membership founded(SimulatedWorld world) {
        return world.nodes().stream()
                .map(SimulatedNode::disk)
                .filter(disk -> disk.state() == Membership.State.MEMBER)
                .findFirst()
                .orElse(Membership.blank());
    }

    /** The faults end; a few founders may stay away if the rest are a majority. */
    private static void settle(SimulatedWorld world, int founders) {
        world.heal();
        world.faulty(0, 0);
        world.nodes().forEach(SimulatedNode::start);
        world.run(30_000);
        Membership known = founded(world);
        List<SimulatedNode> alive = world.nodes().stream()
                .filter(node -> known.isFounder(node.nodeId()))
                .toList();
        if (alive.size() > founders / 2 + 1 && world.random().nextBoolean()) {
            world.nodes().forEach(SimulatedNode::stop);
            SimulatedNode missing = alive.get(world.random().nextInt(alive.size()));
            world.nodes().stream().filter(node -> node != missing).forEach(SimulatedNode::start);
        }
        world.run(60_000);
    }

    private static List<String> verdict(SimulatedWorld world, long seed) {
        List<String> wrong = new ArrayList<>(world.violations());
        List<SimulatedNode> alive =
                world.nodes().stream().filter(SimulatedNode::alive).toList();
        world.nodes().forEach(node -> {
            Action.Refuse refusal = node.refusal();
            if (refusal != null) {
                wrong.add(node.name + " was refused: " + refusal);
            }
        });
        alive.stream()
                .filter(node -> !node.isUp())
                .forEach(node -> wrong.add(node.name + " is not up: it waits for " + node.waitingFor()));
        if (alive.stream().map(SimulatedNode::gossip).distinct().count() > 1) {
            wrong.add("not all are in one cluster");
        }
        if (alive.stream().map(node -> node.disk().clusterId()).distinct().count() != 1) {
            wrong.add("not all have one cluster id");
        }
        return wrong.stream()
                .flatMap(line -> Stream.of("seed " + seed + ": " + line))
                .toList();
    }
}
