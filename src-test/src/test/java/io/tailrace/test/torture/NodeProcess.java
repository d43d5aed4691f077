package io.tailrace.test.torture;

import io.tailrace.cli.Main;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node as a process: started, killed, paused, told to stop, started again on the same data and ports. */
final class NodeProcess {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    private final String name;
    private final Path directory;
    private final int httpPort;
    private final int clusterPort;
    private final List<String> seeds;
    private @Nullable Process process;
    private boolean paused;

    NodeProcess(String name, Path directory, int httpPort, int clusterPort, List<String> seeds) {
        this.name = name;
        this.directory = directory;
        this.httpPort = httpPort;
        this.clusterPort = clusterPort;
        this.seeds = seeds;
    }

    String name() {
        return name;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + httpPort);
    }

    Path data() {
        return directory.resolve("data");
    }

    /** The words that run a main class of this class path in a JVM of its own. */
    static List<String> java(int heapMegabytes, String main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(arguments);
        return command;
    }

    void start() throws IOException {
        Files.createDirectories(directory);
        process = new ProcessBuilder(java(
                        256,
                        Main.class.getName(),
                        List.of(
                                "start",
                                "--node-name",
                                name,
                                "--data-dir",
                                data().toString(),
                                "--port",
                                Integer.toString(httpPort),
                                "--cluster-port",
                                Integer.toString(clusterPort),
                                "--seed",
                                String.join(",", seeds))))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("node.log").toFile()))
                .start();
        paused = false;
    }

    boolean runs() {
        Process running = process;
        return running != null && running.isAlive();
    }

    boolean isPaused() {
        return paused;
    }

    /** As a power cord that is pulled, but for what the kernel has. */
    void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
        paused = false;
    }

    /** SIGTERM, and to the end; by force if that takes a minute. */
    void stop() throws InterruptedException, IOException {
        Process running = process;
        if (running != null) {
            resume();
            running.destroy();
            if (!running.waitFor(60, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
                throw new IOException("Node " + name + " did not stop within a minute");
            }
        }
    }

    void pause() throws IOException, InterruptedException {
        signal("STOP");
        paused = true;
    }

    void resume() throws IOException, InterruptedException {
        if (paused) {
            signal("CONT");
            paused = false;
        }
    }

    private void signal(String signal) throws IOException, InterruptedException {
        Process running = process;
        if (running != null && running.isAlive()) {
            new ProcessBuilder("kill", "-" + signal, Long.toString(running.pid()))
                    .start()
                    .waitFor();
        }
    }

    boolean ready() throws InterruptedException {
        try {
            return get("/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(url().resolve(path))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(url().resolve(path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
