package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Nodes in one JVM that are each other's seeds. */
final class LocalCluster implements AutoCloseable {
    /**
     * Leaders go back to a node soon after it has come, and the last of several that are stopped together does not wait long for another to
     * take the singletons over.
     */
    private static final String QUICK = """
            pekko.loglevel = WARNING
            tailrace.cluster.leader-return-delay = 2s
            pekko.cluster.singleton.min-number-of-hand-over-retries = 8
            pekko.cluster.sharding.coordinator-singleton.min-number-of-hand-over-retries = 8
            """;

    private static final int FIRST_PORT = 15_000;
    private static final int END_OF_PORTS = 32_000;

    private final Path directory;
    private final List<String> seeds = new ArrayList<>();
    private final List<Tailrace> started = new ArrayList<>();

    LocalCluster(Path directory, int seedCount) {
        this.directory = directory;
        freePorts(seedCount).forEach(port -> seeds.add("127.0.0.1:" + port));
    }

    /**
     * All at once, so that they differ; none of those that the system gives to whoever asks for any, so that nobody takes one before its node
     * listens there.
     */
    private static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            while (sockets.size() < count) {
                int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, END_OF_PORTS);
                try {
                    sockets.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                } catch (BindException taken) {
                    // Another may be free.
                }
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).sorted().toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> seeds() {
        return seeds;
    }

    Path directoryOf(String name) {
        return directory.resolve(name);
    }

    /** The settings of the seed of that number, from 0. */
    Config seed(int number) {
        return node("n" + number, Integer.parseInt(seeds.get(number).replaceAll(".*:", "")));
    }

    /** The settings of a node that is none of the seeds, or listens where one did. */
    Config node(String name, int port) {
        return ConfigFactory.parseMap(Map.of(
                        "tailrace.data-dir", directoryOf(name).toString(),
                        "tailrace.node-name", name,
                        "tailrace.cluster.port", port,
                        "tailrace.cluster.seeds", seeds,
                        "tailrace.cluster.formation-timeout", "30s"))
                .withFallback(ConfigFactory.parseString(QUICK));
    }

    /** What a node is at the moment. */
    static Tailrace present(Tailrace node) {
        return node instanceof LastingNode lasting
                ? Objects.requireNonNull(lasting.present()).node()
                : node;
    }

    CompletableFuture<Tailrace> starting(Config config) {
        return CompletableFuture.supplyAsync(() -> start(config), task -> new Thread(task, "start").start());
    }

    Tailrace start(Config config) {
        Tailrace node = Tailrace.start(config);
        synchronized (started) {
            started.add(node);
        }
        return node;
    }

    /** Starts these at the same time. */
    List<Tailrace> startAll(Config... configs) {
        List<CompletableFuture<Tailrace>> all = new ArrayList<>();
        for (Config config : configs) {
            all.add(starting(config));
        }
        return all.stream()
                .map(each -> each.orTimeout(60, TimeUnit.SECONDS).join())
                .toList();
    }

    /** Ends all at the same time. */
    void stopAll() {
        synchronized (started) {
            List<CompletableFuture<Void>> ends = started.stream()
                    .map(node -> CompletableFuture.runAsync(node::close, task -> new Thread(task, "stop").start()))
                    .toList();
            ends.forEach(CompletableFuture::join);
            started.clear();
        }
    }

    @Override
    public void close() {
        stopAll();
    }
}
