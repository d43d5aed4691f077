package io.tailrace.benchmarks.cluster;

import io.tailrace.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node as a process of its own, with the JVM options that the launcher gives it. */
final class BenchNode {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private static final Path JAVA_BIN = Path.of(System.getProperty("java.home"), "bin");

    private final String name;
    private final Path directory;
    private final int httpPort;
    private final List<String> options;
    private final List<String> arguments;
    private @Nullable Process process;

    /**
     * A node that does not run yet.
     *
     * @param options of its JVM; {@code %n} in them is its name
     * @param arguments of {@code tailrace start} beside its directory and its port
     */
    BenchNode(String name, Path directory, int httpPort, List<String> options, List<String> arguments) {
        this.name = name;
        this.directory = directory;
        this.httpPort = httpPort;
        this.options = options.stream()
                .map(option -> option.replace("%n", directory.resolve(name).toString()))
                .toList();
        this.arguments = arguments;
    }

    String name() {
        return name;
    }

    void start() throws IOException {
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>();
        command.add(JAVA_BIN.resolve("java").toString());
        // So that a topic that is bounded stays so while a bench runs.
        command.add("-Dtailrace.partition.retention-check-interval=10s");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "start"));
        command.addAll(List.of("--node-name", name, "--port", Integer.toString(httpPort)));
        command.addAll(List.of("--data-dir", directory.resolve("data").toString()));
        command.addAll(arguments);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("node.log").toFile()))
                .start();
    }

    /** SIGKILL, and to the end. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    boolean runs() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** Whether it is a member and has started what it leads. */
    boolean isReady() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/ready"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** What it has used of the processors until now. */
    Duration cpu() {
        Process running = process;
        return running == null
                ? Duration.ZERO
                : running.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** The bytes of all objects that are in use; a full collection finds out. */
    long liveHeapBytes() throws IOException, InterruptedException {
        // The last line: "Total <objects> <bytes>".
        return lastNumber("GC.class_histogram").orElse(0L);
    }

    private Optional<Long> lastNumber(String question) throws IOException, InterruptedException {
        Process running = process;
        if (running == null) {
            return Optional.empty();
        }
        Process asked = new ProcessBuilder(JAVA_BIN.resolve("jcmd").toString(), Long.toString(running.pid()), question)
                .redirectErrorStream(true)
                .start();
        String last = "";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(asked.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line.isBlank() ? last : line.strip();
            }
        }
        asked.waitFor(10, TimeUnit.SECONDS);
        String[] words = last.split("\\s+", -1);
        return words.length == 3 && words[0].equals("Total") ? Optional.of(Long.parseLong(words[2])) : Optional.empty();
    }

    /** The memory that it has of the machine. */
    long residentBytes() throws IOException {
        Process running = process;
        Path status = Path.of("/proc/" + (running == null ? 0 : running.pid()) + "/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    /** How many lines of its log have that in them. */
    long logged(String text) throws IOException {
        try (var lines = Files.lines(directory.resolve("node.log"))) {
            return lines.filter(line -> line.contains(text)).count();
        }
    }
}
