package io.tailrace.benchmarks.cluster;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Nodes in a directory, and a client, in this process, that is a member without storage. */
final class BenchCluster implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 50;
    private static final int NODES = 3;

    private final Path directory;
    private final boolean temporary;
    private final List<BenchNode> nodes = new ArrayList<>();
    private final List<String> seeds = new ArrayList<>();
    private @Nullable Tailrace client;

    /**
     * Nothing runs yet.
     *
     * @param given where the data lie and stay; {@code null} for a temporary directory that goes
     * @param flush batch or os
     * @param nodeOptions of each node's JVM
     */
    BenchCluster(@Nullable Path given, String flush, List<String> nodeOptions) throws IOException {
        this.directory = given == null ? Files.createTempDirectory("tailrace-bench-cluster-") : given.toAbsolutePath();
        this.temporary = given == null;
        List<Integer> ports = freePorts(2 * NODES);
        for (int i = 0; i < NODES; i++) {
            seeds.add("127.0.0.1:" + ports.get(NODES + i));
        }
        for (int i = 0; i < NODES; i++) {
            String name = Character.toString('a' + i);
            List<String> arguments = List.of(
                    "--flush",
                    flush,
                    "--cluster-port",
                    Integer.toString(ports.get(NODES + i)),
                    "--seed",
                    String.join(",", seeds));
            nodes.add(new BenchNode(name, directory.resolve(name), ports.get(i), nodeOptions, arguments));
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    List<BenchNode> nodes() {
        return nodes;
    }

    BenchNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Starts all nodes, and returns when they serve. */
    void start(int seconds) throws IOException, InterruptedException {
        for (BenchNode node : nodes) {
            node.start();
        }
        for (BenchNode node : nodes) {
            awaitReady(node, seconds);
        }
    }

    /** How long it took. */
    double awaitReady(BenchNode node, int seconds) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (!node.isReady()) {
            if (!node.runs() || secondsSince(begun) > seconds) {
                throw new IOException("Node " + node.name() + " does not serve: see " + directory);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
        return secondsSince(begun);
    }

    /** A member in this process; started when it is first asked for. */
    Tailrace client() {
        Tailrace present = client;
        if (present == null) {
            Map<String, Object> settings = new HashMap<>(Map.of(
                    "tailrace.data-dir",
                    directory.resolve("client").toString(),
                    "tailrace.node-name",
                    "bench",
                    "tailrace.cluster.roles",
                    List.of(),
                    "tailrace.cluster.seeds",
                    seeds,
                    "pekko.loglevel",
                    "WARNING"));
            present = Tailrace.start(ConfigFactory.parseMap(settings));
            client = present;
        }
        return present;
    }

    static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    @Override
    public void close() throws IOException {
        if (client != null) {
            client.close();
        }
        for (BenchNode node : nodes) {
            node.kill();
        }
        if (temporary) {
            try (Stream<Path> inside = Files.walk(directory)) {
                inside.sorted(Comparator.reverseOrder()).forEach(BenchCluster::delete);
            }
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
