package io.tailrace.benchmarks.segments;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a node takes to start with many partitions of many segments, after it was closed and after it was killed just as all of them were
 * written to: time until each partition is led and answers, open files, maps, threads, live heap, and what it costs idle. The node is a
 * process of its own; the segments are made by the log's own code before.
 */
@Command(name = "many-segments", mixinStandardHelpOptions = true)
public final class ManySegmentsBench implements Callable<Integer> {
    @Option(names = "--partitions", description = "Of all topics together. Default: ${DEFAULT-VALUE}.")
    private int partitions = 10_000;

    @Option(names = "--topics", description = "They are shared among so many. Default: ${DEFAULT-VALUE}.")
    private int topics = 50;

    @Option(names = "--segments", description = "Of each partition. Default: ${DEFAULT-VALUE}.")
    private int segments = 10;

    @Option(names = "--segment-bytes", description = "About how large each is. Default: ${DEFAULT-VALUE}.")
    private int segmentBytes = 4096;

    @Option(names = "--idle-seconds", description = "How long nothing happens. Default: ${DEFAULT-VALUE}.")
    private int idleSeconds = 20;

    @Option(names = "--flush", paramLabel = "batch|os", description = "Of the node. Default: ${DEFAULT-VALUE}.")
    private String flush = "batch";

    @Option(names = "--max-heap", description = "Of the node's JVM. Default: ${DEFAULT-VALUE}.")
    private String maxHeap = "1g";

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where the data lie, and stay; they are made only if there are none. Default: a temporary directory.")
    @Nullable
    private Path directory;

    @Option(names = "--node-option", paramLabel = "OPTION", description = "Of the node's JVM, beside its heap.")
    private List<String> nodeOptions = new ArrayList<>();

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ManySegmentsBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path data = directory == null ? Files.createTempDirectory("tailrace-bench-segments-") : directory;
        try {
            ObjectNode json = new ObjectMapper()
                    .createObjectNode()
                    .put("bench", "many-segments")
                    .put("partitions", partitions)
                    .put("segmentsEach", segments)
                    .put("maxHeap", maxHeap);
            if (!Files.exists(data.resolve("tailrace.node"))) {
                new ManySegments(data, partitions, topics, segments, segmentBytes).make();
            }
            json.set("afterClose", round(data, true));
            json.set("afterKill", round(data, false));
            System.out.println(json);
            return 0;
        } finally {
            if (directory == null) {
                delete(data);
            }
        }
    }

    private ObjectNode round(Path data, boolean killed) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseParallelGC", "-XX:MaxNewSize=256m", "-Xmx" + maxHeap));
        command.addAll(nodeOptions);
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), ManySegmentsNode.class.getName(), data.toString()));
        command.addAll(List.of(flush, Integer.toString(idleSeconds)));
        Process node = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
                Writer orders = node.outputWriter(StandardCharsets.UTF_8)) {
            ObjectNode result = result(said);
            orders.write(killed ? "write\n" : "close\n");
            orders.flush();
            ObjectNode end = result(said);
            result.setAll(end);
            return result;
        } finally {
            // When asked to write it has done so just now, and waits for this.
            node.destroyForcibly().onExit().join();
        }
    }

    /** What it says beside that are lines of its log. */
    private static ObjectNode result(BufferedReader said) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("{")) {
                return (ObjectNode) new ObjectMapper().readTree(line);
            }
            System.err.println(line);
        }
        throw new IOException("The node ended before it had said anything.");
    }

    private static void delete(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder()).forEach(ManySegmentsBench::deleteOne);
        }
    }

    private static void deleteOne(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
