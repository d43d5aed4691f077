package io.tailrace.cli.local;

import io.tailrace.cluster.node.NodeIdentity;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One node of a local cluster: {@code DIR/NAME/data}, {@code node.log}, {@code pid}. The pid file says the process and when it
 * began, so that another process with the same number is not taken for it.
 */
public final class LocalNode {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final String HOST = "127.0.0.1";
    private static final int LOG_TAIL = 200;

    private final HttpClient http;
    private final Path directory;
    private final String name;
    private final int port;
    private final int clusterPort;

    LocalNode(HttpClient http, Path directory, String name, int port, int clusterPort) {
        this.http = http;
        this.directory = directory;
        this.name = name;
        this.port = port;
        this.clusterPort = clusterPort;
    }

    /** What can be seen of a node from outside. */
    public enum State {
        /** There is no process. */
        DOWN,
        /** The process is there and is no member yet. */
        STARTING,
        /** It is a member and serves no topics. */
        JOINED,
        /** It serves. */
        UP
    }

    /** What it is called. */
    public String name() {
        return name;
    }

    /** Where it serves over HTTP. */
    public String url() {
        return "http://" + HOST + ":" + port;
    }

    int port() {
        return port;
    }

    int clusterPort() {
        return clusterPort;
    }

    String clusterAddress() {
        return HOST + ":" + clusterPort;
    }

    /** Where its output goes. */
    public Path log() {
        return directory.resolve("node.log");
    }

    private Path pidFile() {
        return directory.resolve("pid");
    }

    /** The id in its data directory; empty before it has one. */
    public Optional<UUID> id() {
        return NodeIdentity.in(directory.resolve("data"));
    }

    /** Its process, if it runs. */
    public Optional<ProcessHandle> process() {
        try {
            if (!Files.exists(pidFile())) {
                return Optional.empty();
            }
            String[] words = Files.readString(pidFile()).strip().split(" ", -1);
            return ProcessHandle.of(Long.parseLong(words[0]))
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> words.length < 2 || begun(process).equals(words[1]));
        } catch (IOException | NumberFormatException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED, pidFile() + " cannot be read (" + e.getMessage() + "): remove it.", e);
        }
    }

    private static String begun(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(at -> Long.toString(at.toEpochMilli()))
                .orElse("?");
    }

    /** Starts its process. */
    void start(List<String> seeds) throws IOException {
        Files.createDirectories(directory);
        List<String> command = OwnProcess.command(
                "start",
                "--node-name",
                name,
                "--data-dir",
                directory.resolve("data").toString(),
                "--port",
                Integer.toString(port),
                "--cluster-port",
                Integer.toString(clusterPort),
                "--seed",
                String.join(",", seeds));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(OwnProcess.nothing()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        Process process = builder.start();
        try {
            Files.writeString(pidFile(), process.pid() + " " + begun(process.toHandle()) + "\n");
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** What it is doing. */
    public State state() {
        if (process().isEmpty()) {
            return State.DOWN;
        }
        return switch (answer("/ready")) {
            case 200 -> State.UP;
            case 0 -> State.STARTING;
            default -> State.JOINED;
        };
    }

    /** The status of the answer, 0 if there is none. */
    private int answer(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(ASK_TIMEOUT)
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** The last line of its log, which says why it ended. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log());
            return lines.stream()
                    .skip(Math.max(0, lines.size() - LOG_TAIL))
                    .filter(line -> line.startsWith("error: "))
                    .reduce((first, second) -> second)
                    .orElse("see " + log());
        } catch (IOException | UncheckedIOException e) {
            return "see " + log();
        }
    }

    /**
     * Ends its process in order, or by force if that takes too long. Blocking.
     *
     * @return what a person should know of it, or {@code null}
     */
    @Nullable
    String stop() {
        Optional<ProcessHandle> running = process();
        String told = null;
        if (running.isPresent()) {
            running.get().destroy();
            if (!ends(running.get())) {
                running.get().destroyForcibly();
                ends(running.get());
                told = "Node " + name + " did not end within " + STOP_TIMEOUT.toSeconds()
                        + " s and was killed; its next start recovers.";
            }
        }
        try {
            Files.deleteIfExists(pidFile());
        } catch (IOException e) {
            return pidFile() + " could not be removed: " + e.getMessage();
        }
        return told;
    }

    private static boolean ends(ProcessHandle process) {
        try {
            process.onExit().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }
}
