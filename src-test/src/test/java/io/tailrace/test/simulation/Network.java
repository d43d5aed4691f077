package io.tailrace.test.simulation;

import java.util.HashSet;
import java.util.Set;

/** Loses, delays, reorders and repeats, and has links that are cut one way or both. */
final class Network {
    private static final long REORDER_MILLIS = 400;
    /** No message takes longer, nor a process that pauses with one. */
    static final long LONGEST_MILLIS = 4 * REORDER_MILLIS + 100;

    private final World world;
    private final Set<String> cut = new HashSet<>();
    private double loss;
    private double repetition;
    private double delay;

    Network(World world) {
        this.world = world;
    }

    /** Chooses how bad it is from now on. */
    void worsen() {
        loss = world.chance(0.3) ? 0 : world.random.nextDouble() * 0.15;
        repetition = world.chance(0.3) ? 0 : world.random.nextDouble() * 0.15;
        delay = world.chance(0.3) ? 0 : world.random.nextDouble() * 0.2;
    }

    /** Works from now on, but for what is on its way. */
    void heal() {
        loss = 0;
        repetition = 0;
        delay = 0;
        cut.clear();
    }

    void cut(String from, String to) {
        cut.add(from + ">" + to);
    }

    void mend(String from, String to) {
        cut.remove(from + ">" + to);
    }

    /** Whether a message that comes twice does harm that is nobody's fault is the sender's to say. */
    void send(String from, String to, boolean mayRepeat, Runnable arrive) {
        if (cut.contains(from + ">" + to)) {
            world.coverage.count("fault: message on a cut link");
            return;
        }
        if (world.chance(loss)) {
            world.coverage.count("fault: message lost");
            return;
        }
        world.after(latency(), arrive);
        if (mayRepeat && world.chance(repetition)) {
            world.coverage.count("fault: message repeated");
            world.after(latency(), arrive);
        }
    }

    private long latency() {
        if (world.chance(delay)) {
            world.coverage.count("fault: message delayed past others");
            return world.between(1, (int) (world.chance(0.1) ? REORDER_MILLIS * 4 : REORDER_MILLIS));
        }
        return world.between(1, 4);
    }
}
