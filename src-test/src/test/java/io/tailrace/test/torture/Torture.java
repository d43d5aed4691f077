package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.test.simulation.Values.Placed;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One torture run: a cluster of node processes, clients through the public API and through HTTP, faults from a seed, a verdict. As a
 * program: {@code Torture <seconds> <seed> [nodes] [directory]}, which prints the verdict and ends with 0 if it is good; with
 * {@code -Dtailrace.torture.faults=KILL,PAUSE} only those. It goes into a {@link Sandbox} if there is one to be had.
 */
public final class Torture {
    private static final ObjectMapper JSON = new ObjectMapper();
    static final int PARTITIONS = 4;
    private static final int RATE = 50;
    private static final int ATTEMPTS = 200;
    private static final int SMALL_DISK_MEBIBYTES = 256;
    private static final String API_PRODUCE = "api-produce";
    private static final String API_READ = "api-read";
    private static final String FAULTS = "tailrace.torture.faults";
    private static final String SANDBOXED = "tailrace.torture.sandboxed";

    private final Path directory;
    private final int seconds;
    private final long seed;
    private final List<Fault> faults;
    private final Network network;
    private final NodeGroup nodes;
    private final Verdict verdict = new Verdict();

    private Torture(Path directory, int nodeCount, int seconds, long seed, List<Fault> faults, Network network)
            throws IOException, InterruptedException {
        this.directory = directory;
        this.seconds = seconds;
        this.seed = seed;
        this.faults = faults;
        this.network = network;
        this.nodes = new NodeGroup(directory, nodeCount, network);
    }

    /** Runs for a while. */
    public static void main(String[] args) throws Exception {
        boolean sandboxed = Boolean.getBoolean(SANDBOXED);
        if (!sandboxed) {
            List<String> words = Sandbox.words();
            if (!words.isEmpty()) {
                Process inside = new ProcessBuilder(command(words, List.of(args)))
                        .inheritIO()
                        .start();
                System.exit(inside.waitFor());
            }
        }
        int nodes = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        Path directory = args.length > 3 ? Path.of(args[3]) : Files.createTempDirectory("tailrace-torture");
        Torture torture = new Torture(
                directory.toAbsolutePath(),
                nodes,
                Integer.parseInt(args[0]),
                Long.parseLong(args[1]),
                faults(),
                sandboxed ? new NamespaceNetwork() : Network.loopback());
        Verdict verdict = torture.run();
        System.out.println(verdict.json());
        System.err.println(torture + "; history and logs: " + directory);
        System.exit(verdict.isGood() ? 0 : 1);
    }

    private static List<Fault> faults() {
        String only = System.getProperty(FAULTS);
        return only == null
                ? List.of(Fault.values())
                : Arrays.stream(only.split(",", -1)).map(Fault::valueOf).toList();
    }

    /**
     * The words that run it in a process of its own.
     *
     * @param sandbox the words of the sandbox; none for none
     */
    static List<String> command(List<String> sandbox, List<String> arguments) {
        List<String> command =
                new ArrayList<>(NodeProcess.java(new Host("", "", sandbox), 512, Torture.class.getName(), arguments));
        int before = sandbox.size() + 1;
        if (!sandbox.isEmpty()) {
            command.add(before, "-D" + SANDBOXED + "=true");
        }
        String only = System.getProperty(FAULTS);
        if (only != null) {
            command.add(before, "-D" + FAULTS + "=" + only);
        }
        return command;
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
            Random random = new Random(seed);
            Harm harm = new Harm(
                    nodes,
                    List.of(network.host(API_PRODUCE), network.host(API_READ)),
                    network,
                    random,
                    1000 * Math.max(2, Math.min(60, seconds / 10)),
                    heard,
                    verdict::problem);
            Nemesis nemesis = new Nemesis(nodes, faults, random, harm, heard);
            try {
                run(nemesis, heard);
            } finally {
                verdict.faults(nemesis.done());
                nodes.kill();
            }
            verdict.check();
        }
        return verdict;
    }

    private void run(Nemesis nemesis, Consumer<Happening> heard) throws Exception {
        if (network.canBeCut()) {
            Sandbox.mountDisk(nodes.all().get(nodes.all().size() - 1).disk(), SMALL_DISK_MEBIBYTES);
        }
        nodes.start();
        nodes.createTopic(TortureClient.TOPIC, PARTITIONS);
        List<ClientProcess> producers = List.of(client(API_PRODUCE, heard), client("http-produce", heard));
        List<ClientProcess> readers = List.of(client(API_READ, heard), client("http-read", heard));
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
        for (NodeProcess node : nodes.all()) {
            node.stop();
        }
        new ReplicaComparison(nodes.all().stream().map(NodeProcess::data).toList())
                .differences()
                .forEach(verdict::problem);
    }

    private void stillRuns(ClientProcess client, Consumer<Happening> heard) {
        if (!client.runs()) {
            heard.accept(Happening.note("a client has died"));
            verdict.problem("a client process has died: see clients.log");
        }
    }

    private ClientProcess client(String mode, Consumer<Happening> heard) throws IOException, InterruptedException {
        String where = mode.startsWith("api-")
                ? directory.resolve(mode).toString()
                : nodes.all().stream().map(node -> node.url().toString()).collect(Collectors.joining(","));
        List<String> arguments = new ArrayList<>(
                List.of(mode, mode, TortureClient.TOPIC, Integer.toString(PARTITIONS), Integer.toString(RATE), where));
        Host host = Network.loopback().host(mode);
        if (mode.startsWith("api-")) {
            host = network.host(mode);
            arguments.add(String.join(",", nodes.seeds()));
            arguments.add(host.address());
        }
        return ClientProcess.start(
                host, arguments, directory.resolve("clients.log").toFile(), heard);
    }

    /** A new reader, of everything; what is not there now never will be. A node that has just been paused may be away again for a moment. */
    private List<Placed> readAll(int partition) throws IOException, InterruptedException {
        String why = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                HttpResponse<String> answer = nodes.all()
                        .get(attempt % nodes.all().size())
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
        return "torture of " + nodes.all().size() + " nodes, seed " + seed + ", faults "
                + Arrays.toString(faults.toArray());
    }
}
