package io.tailrace.test.torture;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Does harm to one node at a time, drawn from a seed, and sees it well again before the next: a quorum of three bears no more.
 * What the machine does in between is not from a seed, so a run is not played again exactly; its faults are.
 */
final class Nemesis {
    private static final int READY_SECONDS = 120;

    /** What it does. */
    enum Fault {
        /** {@code kill -9}, and started again some seconds later. */
        KILL,
        /** SIGSTOP, and SIGCONT later. */
        PAUSE,
        /** One after the other is stopped in order and started again. */
        ROLLING_RESTART,
        /** Killed, some bits of its logs flip, started again. */
        FLIPPED_BITS
    }

    private final List<NodeProcess> nodes;
    private final List<Fault> faults;
    private final Random random;
    private final int longestPauseSeconds;
    private final Consumer<Happening> out;
    private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);

    Nemesis(List<NodeProcess> nodes, List<Fault> faults, long seed, int longestPauseSeconds, Consumer<Happening> out) {
        this.nodes = nodes;
        this.faults = faults;
        this.random = new Random(seed);
        this.longestPauseSeconds = longestPauseSeconds;
        this.out = out;
    }

    /** How often it has done what. */
    Map<Fault, Integer> done() {
        return done;
    }

    /** Goes on until the time is over, and leaves all nodes well. */
    void rage(long untilNanos) throws IOException, InterruptedException {
        while (System.nanoTime() - untilNanos < 0) {
            pause(1_000 + random.nextInt(4_000));
            Fault fault = faults.get(random.nextInt(faults.size()));
            NodeProcess node = nodes.get(random.nextInt(nodes.size()));
            done.merge(fault, 1, Integer::sum);
            out.accept(Happening.note("fault " + fault + " " + node.name()));
            switch (fault) {
                case KILL -> {
                    node.kill();
                    pause(500 + random.nextInt(4_000));
                    node.start();
                }
                case PAUSE -> {
                    node.pause();
                    pause(500 + random.nextInt(longestPauseSeconds * 1000));
                    node.resume();
                }
                case ROLLING_RESTART -> rollingRestart();
                case FLIPPED_BITS -> {
                    node.kill();
                    flipBits(node.data().resolve("partitions"));
                    node.start();
                }
            }
            awaitReady();
            out.accept(Happening.note("well again"));
        }
    }

    private void rollingRestart() throws IOException, InterruptedException {
        for (NodeProcess node : nodes) {
            node.stop();
            node.start();
            awaitReady();
        }
    }

    private void flipBits(Path partitions) throws IOException {
        List<Path> logs = new ArrayList<>();
        try (Stream<Path> all = Files.walk(partitions)) {
            all.filter(file -> file.toString().endsWith(".log")).sorted().forEach(logs::add);
        }
        for (int i = 0; i < 3 && !logs.isEmpty(); i++) {
            try (RandomAccessFile file =
                    new RandomAccessFile(logs.get(random.nextInt(logs.size())).toFile(), "rw")) {
                if (file.length() > 0) {
                    long at = (long) (random.nextDouble() * file.length());
                    file.seek(at);
                    int before = file.read();
                    file.seek(at);
                    file.write(before ^ (1 << random.nextInt(8)));
                }
            }
        }
    }

    /** All nodes serve. */
    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        for (NodeProcess node : nodes) {
            while (!node.ready()) {
                if (!node.runs()) {
                    out.accept(Happening.note("node " + node.name() + " has ended by itself"));
                    throw new IOException("Node " + node.name() + " has ended by itself: see its node.log");
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("Node " + node.name() + " is not ready after " + READY_SECONDS + " s");
                }
                pause(100);
            }
        }
    }

    private static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}
