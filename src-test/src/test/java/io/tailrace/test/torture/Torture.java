package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.test.simulation.Values.Placed;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One torture run: a cluster of node processes, clients through the public API and through HTTP, faults from a seed, a verdict. As a
 * program: {@code Torture <seconds> <seed> [nodes] [directory]}, which prints the verdict and ends with 0 if it is good.
 */
public final class Torture {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PARTITIONS = 4;
    private static final int RATE = 50;
    private static final int ATTEMPTS = 200;

    private final Path directory;
    private final int seconds;
    private final long seed;
    private final List<Nemesis.Fault> faults;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<String> seeds = new ArrayList<>();
    private final Verdict verdict = new Verdict();

    Torture(Path directory, int nodeCount, int seconds, long seed, List<Nemesis.Fault> faults) throws IOException {
        this.directory = directory;
        this.seconds = seconds;
        this.seed = seed;
        this.faults = faults;
        List<Integer> ports = freePorts(2 * nodeCount);
        for (int i = 0; i < nodeCount; i++) {
            seeds.add("127.0.0.1:" + ports.get(nodeCount + i));
        }
        for (int i = 0; i < nodeCount; i++) {
            String name = Character.toString('a' + i);
            nodes.add(new NodeProcess(name, directory.resolve(name), ports.get(i), ports.get(nodeCount + i), seeds));
        }
    }

    /** Runs for a while. */
    public static void main(String[] args) throws Exception {
        int nodes = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        Path directory = args.length > 3 ? Path.of(args[3]) : Files.createTempDirectory("tailrace-torture");
        Torture torture = new Torture(
                directory, nodes, Integer.parseInt(args[0]), Long.parseLong(args[1]), List.of(Nemesis.Fault.values()));
        Verdict verdict = torture.run();
        System.out.println(verdict.json());
        System.err.println("History and logs: " + directory);
        System.exit(verdict.isGood() ? 0 : 1);
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

    Verdict run() throws Exception {
        Files.createDirectories(directory);
        try (BufferedWriter file = Files.newBufferedWriter(directory.resolve("history"))) {
            Consumer<Happening> heard = happening -> {
                synchronized (file) {
                    try {
                        file.write(happening.line() + "\n");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    verdict.hear(happening);
                }
            };
            Nemesis nemesis = new Nemesis(nodes, faults, seed, Math.max(2, Math.min(60, seconds / 10)), heard);
            try {
                run(nemesis, heard);
            } finally {
                verdict.faults(nemesis.done());
                for (NodeProcess node : nodes) {
                    node.kill();
                }
            }
            verdict.check();
        }
        return verdict;
    }

    private void run(Nemesis nemesis, Consumer<Happening> heard) throws Exception {
        for (NodeProcess node : nodes) {
            node.start();
        }
        nemesis.awaitReady();
        createTopic();
        List<ClientProcess> producers = List.of(client("api-produce", heard), client("http-produce", heard));
        List<ClientProcess> readers = List.of(client("api-read", heard), client("http-read", heard));
        try {
            nemesis.rage(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
        } finally {
            for (ClientProcess client : producers) {
                stillRuns(client, heard);
                client.stop(120);
            }
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            verdict.finalRead(partition, readAll(partition));
        }
        for (ClientProcess client : readers) {
            stillRuns(client, heard);
            client.stop(30);
        }
        for (NodeProcess node : nodes) {
            node.stop();
        }
        new ReplicaComparison(nodes.stream().map(NodeProcess::data).toList())
                .differences()
                .forEach(verdict::problem);
    }

    private void stillRuns(ClientProcess client, Consumer<Happening> heard) {
        if (!client.runs()) {
            heard.accept(Happening.note("a client has died"));
            verdict.problem("a client process has died: see clients.log");
        }
    }

    private ClientProcess client(String mode, Consumer<Happening> heard) throws IOException {
        String where = mode.startsWith("api-")
                ? directory.resolve(mode).toString()
                : nodes.stream().map(node -> node.url().toString()).collect(Collectors.joining(","));
        List<String> arguments = new ArrayList<>(
                List.of(mode, mode, TortureClient.TOPIC, Integer.toString(PARTITIONS), Integer.toString(RATE), where));
        if (mode.startsWith("api-")) {
            arguments.add(String.join(",", seeds));
        }
        return ClientProcess.start(arguments, directory.resolve("clients.log").toFile(), heard);
    }

    private void createTopic() throws IOException, InterruptedException {
        HttpResponse<String> answer = nodes.get(0)
                .post(
                        "/v1/topics",
                        "{\"name\":\"" + TortureClient.TOPIC + "\",\"partitions\":" + PARTITIONS + ",\"replicas\":"
                                + Math.min(3, nodes.size()) + "}");
        if (answer.statusCode() != 201) {
            throw new IOException("The topic could not be created: " + answer.body());
        }
    }

    /** A new reader, of everything; what is not there now never will be. A node that has just been paused may be away again for a moment. */
    private List<Placed> readAll(int partition) throws IOException, InterruptedException {
        String why = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                HttpResponse<String> answer = nodes.get(attempt % nodes.size())
                        .get("/v1/topics/" + TortureClient.TOPIC + "/records?partition=" + partition
                                + "&from=earliest&until=end");
                if (answer.statusCode() == 200) {
                    return placed(answer.body());
                }
                why = answer.body();
            } catch (IOException e) {
                why = e.toString();
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        throw new IOException("Partition " + partition + " cannot be read: " + why);
    }

    private static List<Placed> placed(String lines) throws IOException {
        List<Placed> all = new ArrayList<>();
        for (String line : lines.split("\n", -1)) {
            JsonNode record = line.isEmpty() ? null : JSON.readTree(line);
            if (record != null && record.path("offset").isNumber()) {
                all.add(new Placed(
                        record.path("offset").asLong(),
                        record.path("value").path("data").asText()));
            }
        }
        return all;
    }

    @Override
    public String toString() {
        return "torture of " + nodes.size() + " nodes, seed " + seed + ", faults " + Arrays.toString(faults.toArray());
    }
}
