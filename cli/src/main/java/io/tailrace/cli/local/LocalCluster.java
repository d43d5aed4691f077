package io.tailrace.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one directory. {@code cluster.json} says which there are and on which ports; it is written at the first start and
 * never changed.
 */
public final class LocalCluster {
    /** More processes than that on one machine try nothing out. */
    public static final int MAX_NODES = 9;

    private static final int VERSION = 1;
    private static final int CLUSTER_PORT_DISTANCE = 100;
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final List<LocalNode> nodes;

    private LocalCluster(Path directory, List<LocalNode> nodes) {
        this.directory = directory;
        this.nodes = nodes;
    }

    /**
     * The cluster of that directory, which is made if there is none.
     *
     * @param count how many nodes; {@code null} for those that there are, or three
     * @param port of the first node's HTTP server, the others' follow; 0 for any that are free; of no meaning once there is one
     * @throws TailraceException INVALID_ARGUMENT if there is one of another size; IO_FAILED
     */
    public static LocalCluster make(Path directory, @Nullable Integer count, int port) {
        Path file = directory.resolve("cluster.json");
        if (Files.exists(file)) {
            LocalCluster found = find(directory);
            if (count != null && count != found.nodes.size()) {
                throw new TailraceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "The cluster in " + directory + " has " + found.nodes.size()
                                + " nodes: leave out --nodes, or choose another --dir.");
            }
            return found;
        }
        try {
            List<Integer> ports = ports(Objects.requireNonNullElse(count, 3), port);
            ObjectNode json = JSON.createObjectNode().put("version", VERSION);
            ArrayNode all = json.putArray("nodes");
            for (int i = 0; i < ports.size() / 2; i++) {
                all.addObject()
                        .put("name", Character.toString('a' + i))
                        .put("port", ports.get(i))
                        .put("cluster_port", ports.get(ports.size() / 2 + i));
            }
            Files.createDirectories(directory);
            Path fresh = Files.writeString(directory.resolve("cluster.json.tmp"), json + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(directory, e);
        }
        return find(directory);
    }

    private static TailraceException failed(Path directory, IOException e) {
        return new TailraceException(
                ErrorCode.IO_FAILED, directory + " cannot be used for a cluster: " + e.getMessage(), e);
    }

    private static List<Integer> ports(int count, int first) throws IOException {
        if (first != 0) {
            return IntStream.concat(
                            IntStream.range(first, first + count),
                            IntStream.range(first + CLUSTER_PORT_DISTANCE, first + CLUSTER_PORT_DISTANCE + count))
                    .boxed()
                    .toList();
        }
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            // The first of the founders' addresses is that of the first node.
            return sockets.stream().map(ServerSocket::getLocalPort).sorted().toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /**
     * The cluster of that directory.
     *
     * @throws TailraceException INVALID_ARGUMENT if there is none; DATA_DIR_VERSION; IO_FAILED
     */
    public static LocalCluster find(Path directory) {
        Path file = directory.resolve("cluster.json");
        if (!Files.exists(file)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There is no cluster in " + directory + ": tailrace cluster up makes one, or name another --dir.");
        }
        try {
            JsonNode json = JSON.readTree(Files.readString(file));
            if (json.path("version").asInt() != VERSION) {
                throw new TailraceException(
                        ErrorCode.DATA_DIR_VERSION,
                        file + " is of version " + json.path("version").asText() + ", this program knows " + VERSION
                                + ": start the program that wrote it.");
            }
            HttpClient http = HttpClient.newHttpClient();
            List<LocalNode> nodes = new ArrayList<>();
            for (JsonNode node : json.path("nodes")) {
                String name = node.path("name").asText();
                nodes.add(new LocalNode(
                        http,
                        directory.resolve(name),
                        name,
                        node.path("port").asInt(),
                        node.path("cluster_port").asInt()));
            }
            return new LocalCluster(directory, List.copyOf(nodes));
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    /** Its nodes, in their order. */
    public List<LocalNode> nodes() {
        return nodes;
    }

    /**
     * Starts those that do not run, and waits until all are members. What it has started it ends again if it fails.
     *
     * @param stop says whether somebody wants it to end
     * @throws TailraceException CLUSTER_NOT_FORMED with what a node said last; IO_FAILED; LIMIT_EXCEEDED
     */
    @SuppressWarnings("try") // the lock is held, not used
    public void up(BooleanSupplier stop) {
        try (Closeable lock = lock()) {
            List<LocalNode> begun = new ArrayList<>();
            boolean done = false;
            try {
                List<String> seeds =
                        nodes.stream().map(LocalNode::clusterAddress).toList();
                for (LocalNode node : nodes) {
                    if (node.process().isEmpty()) {
                        begun.add(node);
                        node.start(seeds);
                    }
                }
                awaitMembers(stop);
                done = true;
            } finally {
                if (!done) {
                    begun.forEach(LocalNode::stop);
                }
            }
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    private Closeable lock() throws IOException {
        return new DiskFileStore()
                .tryLock(directory.resolve("lock"))
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.DATA_DIR_IN_USE,
                        "Somebody else starts or stops the cluster in " + directory + " at the moment: wait."));
    }

    private void awaitMembers(BooleanSupplier stop) {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        List<LocalNode> missing = new ArrayList<>(nodes);
        while (true) {
            missing.removeIf(node -> node.state() == LocalNode.State.UP);
            if (missing.isEmpty()) {
                return;
            }
            for (LocalNode node : missing) {
                if (node.process().isEmpty()) {
                    throw notFormed("Node " + node.name() + " has ended: " + node.lastWords());
                }
            }
            if (stop.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                throw new CancellationException("Interrupted");
            }
            if (System.nanoTime() - deadline > 0) {
                LocalNode late = missing.get(0);
                throw notFormed("Node " + late.name() + " was no member of the cluster after "
                        + START_TIMEOUT.toSeconds() + " s: see " + late.log());
            }
            pause();
        }
    }

    private static TailraceException notFormed(String why) {
        return new TailraceException(ErrorCode.CLUSTER_NOT_FORMED, why);
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Stops those that run, one after the other.
     *
     * @return what a person should know of it
     */
    @SuppressWarnings("try") // the lock is held, not used
    public List<String> down() {
        try (Closeable lock = lock()) {
            return nodes.stream().map(LocalNode::stop).filter(Objects::nonNull).toList();
        } catch (IOException e) {
            throw failed(directory, e);
        } catch (UncheckedIOException e) {
            throw failed(directory, new IOException(e));
        }
    }
}
