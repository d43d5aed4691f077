package io.tailrace.test.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** How each fault is done, and undone. */
final class Harm {
    private final NodeGroup group;
    private final List<NodeProcess> nodes;
    private final Moves moves;
    private final List<Host> clients;
    private final Network network;
    private final Random random;
    private final int longestMillis;
    private final Consumer<Happening> out;
    private final Consumer<String> problems;

    /**
     * To these.
     *
     * @param clients where applications live that are members
     * @param longestMillis how long a node is away at most
     * @param problems told in words what must not be
     */
    Harm(
            NodeGroup group,
            List<Host> clients,
            Network network,
            Random random,
            int longestMillis,
            Consumer<Happening> out,
            Consumer<String> problems) {
        this.group = group;
        this.nodes = group.all();
        this.moves = new Moves(group, random, out);
        this.clients = clients;
        this.network = network;
        this.random = random;
        this.longestMillis = longestMillis;
        this.out = out;
        this.problems = problems;
    }

    boolean isPossible(Fault fault) {
        return (network.canBeCut() || !fault.needsSandbox()) && (nodes.size() > 3 || !fault.needsSpare());
    }

    /** To that node, or to all, or to whom it can be done. */
    void doTo(NodeProcess node, Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case KILL -> {
                node.kill();
                pause(500, 4_500);
                node.start();
            }
            case PAUSE -> {
                node.pause();
                pause(500, longestMillis);
                node.resume();
            }
            case FLIPPED_BITS -> {
                node.kill();
                flipBits(node.data().resolve("partitions"));
                node.start();
            }
            case CUT_NODE -> cutNode(node);
            case CUT_LINK -> cutLink(node, nodes.get((nodes.indexOf(node) + 1) % nodes.size()));
            case FLAPPING -> flap(node);
            case CUT_CLIENT -> cutClient(clients.get(random.nextInt(clients.size())));
            case FULL_DISK -> fillDisk(nodes.get(nodes.size() - 1));
            case ROLLING_RESTART -> rollingRestart();
            case WIPED_REPLICA -> moves.wipeReplica(node);
            case DRAIN -> moves.drain(node);
            case REPLACED_NODE -> moves.replace();
        }
    }

    private void rollingRestart() throws IOException, InterruptedException {
        for (NodeProcess node : nodes) {
            node.stop();
            node.start();
            group.awaitReady();
        }
    }

    private void pause(int leastMillis, int mostMillis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(leastMillis + random.nextInt(Math.max(1, mostMillis - leastMillis)));
    }

    private List<Host> allBut(NodeProcess node) {
        List<Host> others = new ArrayList<>(clients);
        nodes.stream().filter(other -> other != node).map(NodeProcess::host).forEach(others::add);
        return others;
    }

    private void cutNode(NodeProcess node) throws IOException, InterruptedException {
        cut(node.host(), allBut(node));
        Minority minority = new Minority(node, random.nextLong(), out, problems);
        pause(1_000, longestMillis);
        minority.isOver();
        heal(node.host(), allBut(node));
        minority.end();
    }

    private void cutLink(NodeProcess one, NodeProcess other) throws IOException, InterruptedException {
        out.accept(Happening.note("between " + one.name() + " and " + other.name()));
        cut(one.host(), List.of(other.host()));
        pause(1_000, longestMillis);
        heal(one.host(), List.of(other.host()));
    }

    private void flap(NodeProcess node) throws IOException, InterruptedException {
        for (int times = 2 + random.nextInt(4); times > 0; times--) {
            cut(node.host(), allBut(node));
            pause(100, 2_000);
            heal(node.host(), allBut(node));
            pause(100, 1_000);
        }
    }

    private void cutClient(Host client) throws IOException, InterruptedException {
        out.accept(Happening.note("it is " + client.name()));
        List<Host> all = nodes.stream().map(NodeProcess::host).toList();
        cut(client, all);
        pause(1_000, longestMillis);
        heal(client, all);
    }

    private void cut(Host one, List<Host> others) throws IOException, InterruptedException {
        for (Host other : others) {
            network.cut(one, other);
        }
    }

    private void heal(Host one, List<Host> others) throws IOException, InterruptedException {
        for (Host other : others) {
            network.heal(one, other);
        }
    }

    private void fillDisk(NodeProcess node) throws IOException, InterruptedException {
        Path ballast = node.data().resolveSibling("ballast");
        byte[] block = new byte[1 << 16];
        try (OutputStream file = Files.newOutputStream(ballast)) {
            while (true) {
                file.write(block);
            }
        } catch (IOException full) {
            out.accept(Happening.note("the disk of " + node.name() + " is full"));
        }
        pause(1_000, longestMillis);
        Files.delete(ballast);
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
}
