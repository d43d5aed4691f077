package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The nodes of a cluster, as processes. */
public final class NodeGroup {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int READY_SECONDS = 120;
    private static final int FIRST_PORT = 15_000;
    private static final int END_OF_PORTS = 32_000;
    /** A node that was paused may not have noticed yet that it is no member any more, and says that it is ready. */
    private static final int READY_IN_A_ROW = 10;

    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<String> seeds = new ArrayList<>();

    /**
     * Of nodes a, b, c …, which are not started yet; each has what it keeps in a directory of its name. Of an even number the last one
     * is no founder: it joins.
     */
    public NodeGroup(Path directory, int count, Network network) throws IOException, InterruptedException {
        List<Integer> ports = freePorts(2 * count);
        List<Host> hosts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hosts.add(network.host(Character.toString('a' + i)));
            if (i < (count - 1) / 2 * 2 + 1) {
                seeds.add(hosts.get(i).address() + ":" + ports.get(count + i));
            }
        }
        for (int i = 0; i < count; i++) {
            Path own = directory.resolve(hosts.get(i).name());
            nodes.add(new NodeProcess(hosts.get(i), own, ports.get(i), ports.get(count + i), seeds));
        }
    }

    /** None of those that the system gives to whoever asks for any, so that nobody takes one before its node listens there. */
    public static List<Integer> freePorts(int count) throws IOException {
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
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    public List<NodeProcess> all() {
        return nodes;
    }

    /** Where they listen for each other. */
    public List<String> seeds() {
        return seeds;
    }

    /** All of them, and waits until they serve. */
    public void start() throws IOException, InterruptedException {
        for (NodeProcess node : nodes) {
            node.start();
        }
        awaitReady();
    }

    public void kill() throws InterruptedException {
        for (NodeProcess node : nodes) {
            node.kill();
        }
    }

    /** All nodes serve, and go on to. */
    public void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        int inARow = 0;
        while (inARow < READY_IN_A_ROW) {
            TimeUnit.MILLISECONDS.sleep(200);
            inARow++;
            for (NodeProcess node : nodes) {
                if (!node.runs()) {
                    throw new IOException("Node " + node.name() + " has ended by itself: see its node.log");
                }
                if (!node.ready()) {
                    inARow = 0;
                    if (System.nanoTime() - deadline > 0) {
                        throw new IOException("Node " + node.name() + " is not ready after " + READY_SECONDS + " s");
                    }
                }
            }
        }
    }

    /** On all of them, or three. */
    public void createTopic(String topic, int partitions) throws IOException, InterruptedException {
        HttpResponse<String> answer = nodes.get(0)
                .post(
                        "/v1/topics",
                        "{\"name\":\"" + topic + "\",\"partitions\":" + partitions + ",\"replicas\":"
                                + Math.min(3, nodes.size()) + "}");
        if (answer.statusCode() != 201) {
            throw new IOException("The topic could not be created: " + answer.body());
        }
    }

    /** Who leads that partition, as the others say; empty if nobody says so. */
    Optional<NodeProcess> leader(String topic, int partition) throws InterruptedException {
        for (NodeProcess node : nodes) {
            try {
                JsonNode answer = JSON.readTree(node.get("/v1/topics/" + topic).body());
                String name =
                        answer.path("partitions").path(partition).path("leader").asText("");
                Optional<NodeProcess> leader =
                        nodes.stream().filter(each -> each.name().equals(name)).findFirst();
                if (leader.isPresent()) {
                    return leader;
                }
            } catch (IOException e) {
                // It does not serve; another does.
            }
        }
        return Optional.empty();
    }
}
