package io.tailrace.test.torture;

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
public final class NodeProcess {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    static final String LOOPBACK = "127.0.0.1";

    /** Small enough to be filled. */
    private static final String CONFIG = """
            tailrace.cluster.host = "%s"
            tailrace.min-free-bytes = 8 MiB
            """;

    private final Host host;
    private final Path directory;
    private final int httpPort;
    private final int clusterPort;
    private final List<String> seeds;
    private @Nullable Process process;
    private boolean paused;

    NodeProcess(Host host, Path directory, int httpPort, int clusterPort, List<String> seeds) {
        this.host = host;
        this.directory = directory;
        this.httpPort = httpPort;
        this.clusterPort = clusterPort;
        this.seeds = seeds;
        if (!host.address().equals(LOOPBACK)) {
            Door.open(LOOPBACK, host.address(), httpPort);
        }
    }

    public String name() {
        return host.name();
    }

    Host host() {
        return host;
    }

    public URI url() {
        return URI.create("http://" + LOOPBACK + ":" + httpPort);
    }

    Path data() {
        return disk().resolve("data");
    }

    /** What its data are on, which may be a disk of its own. */
    Path disk() {
        return directory.resolve("disk");
    }

    /** Everything it keeps is in there; one that is not there yet is made. */
    Path directory() {
        return directory;
    }

    /** The words that run a main class of this class path in a JVM of its own. */
    public static List<String> java(Host where, int heapMegabytes, String main, List<String> arguments) {
        List<String> command = new ArrayList<>(where.words());
        command.addAll(List.of(
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

    public void start() throws IOException {
        Files.createDirectories(directory);
        Path config = directory.resolve("node.conf");
        Files.writeString(config, CONFIG.formatted(host.address()));
        process = new ProcessBuilder(java(
                        host,
                        256,
                        NodeMain.class.getName(),
                        List.of(
                                host.address(),
                                Integer.toString(httpPort),
                                "start",
                                "--config",
                                config.toString(),
                                "--node-name",
                                host.name(),
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

    public boolean runs() {
        Process running = process;
        return running != null && running.isAlive();
    }

    boolean isPaused() {
        return paused;
    }

    /** As a power cord that is pulled, but for what the kernel has. */
    public void kill() throws InterruptedException {
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
                throw new IOException("Node " + host.name() + " did not stop within a minute");
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
        return post(path, json, 60);
    }

    HttpResponse<String> post(String path, String json, int seconds) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(url().resolve(path))
                        .timeout(Duration.ofSeconds(seconds))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
