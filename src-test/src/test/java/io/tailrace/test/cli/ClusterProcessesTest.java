package io.tailrace.test.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.cli.local.LocalCluster;
import io.tailrace.cli.local.LocalNode;
import io.tailrace.cli.local.LocalNode.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tailrace cluster}: three nodes, each a process of its own. */
class ClusterProcessesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int CLUSTER_PORT_DISTANCE = 100;
    private static final int PAUSE_SECONDS = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private Path jar = Path.of("");

    private record Outcome(int exitCode, String out, String err) {}

    @BeforeEach
    void findJar() throws IOException {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "signals of Unix");
        jar = ShadedJar.find();
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        if (Files.exists(directory.resolve("cluster.json"))) {
            for (JsonNode node : nodes()) {
                processOf(node).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private Outcome cluster(String verb, String... more) throws IOException, InterruptedException {
        List<String> command = ShadedJar.command(
                jar,
                List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "cluster",
                verb,
                "--dir",
                directory.toString());
        command.addAll(List.of(more));
        Path out = directory.resolveSibling(directory.getFileName() + "-out");
        Path err = directory.resolveSibling(directory.getFileName() + "-err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("ended by itself")
                    .isTrue();
            return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    private JsonNode status() throws IOException, InterruptedException {
        Outcome status = cluster("status", "--format", "json");
        assertThat(status.exitCode()).as(status.err()).isZero();
        return JSON.readTree(status.out());
    }

    private static List<JsonNode> nodes(JsonNode status) {
        assertThat(status.path("groups").isArray()).isTrue();
        return StreamSupport.stream(status.path("nodes").spliterator(), false).toList();
    }

    private List<JsonNode> nodes() throws IOException, InterruptedException {
        return nodes(status());
    }

    /** What the command would show, without a process for each look. */
    private List<State> seen() {
        return LocalCluster.find(directory).nodes().stream()
                .map(LocalNode::state)
                .toList();
    }

    private static List<String> states(List<JsonNode> nodes) {
        return nodes.stream().map(node -> node.path("state").asText()).toList();
    }

    private static Optional<ProcessHandle> processOf(JsonNode node) {
        return node.path("pid").isNull()
                ? Optional.empty()
                : ProcessHandle.of(node.path("pid").asLong()).filter(ProcessHandle::isAlive);
    }

    /** In the same process, whose HTTP server is away meanwhile. */
    private void pausedTooLongItIsDownedAndComesBackByItself(JsonNode node) throws Exception {
        long pid = node.path("pid").asLong();
        signal("STOP", pid);
        TimeUnit.SECONDS.sleep(PAUSE_SECONDS); // What is tested is that time passes.
        signal("CONT", pid);
        Path log = directory.resolve(node.path("name").asText()).resolve("node.log");
        await().atMost(PATIENCE)
                .until(() -> Files.readString(log).contains("The node is a member of its cluster again"));
        await().atMost(PATIENCE).until(() -> seen().equals(List.of(State.UP, State.UP, State.UP)));
        assertThat(ProcessHandle.of(pid))
                .hasValueSatisfying(process -> assertThat(process.isAlive()).isTrue());
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    }

    @Test
    void nodesComeUpGoOnWithoutOneTakeItBackAndEnd() throws Exception {
        Outcome up = cluster("up", "--nodes", "3", "--port", "0");
        assertThat(up.exitCode()).as(up.err()).isZero();
        JsonNode status = status();
        List<JsonNode> nodes = nodes(status);
        assertThat(states(nodes)).containsExactly("up", "up", "up");
        assertThat(status.path("groups").path(0).toString())
                .isEqualTo("{\"group\":\"control\",\"voters\":[\"a\",\"b\",\"c\"],\"target\":[],\"leaving\":[]}");
        assertThat(nodes).extracting(node -> node.path("name").asText()).containsExactly("a", "b", "c");
        assertThat(nodes).extracting(node -> node.path("id").asText()).doesNotHaveDuplicates();

        pausedTooLongItIsDownedAndComesBackByItself(nodes.get(2));

        ProcessHandle killed = processOf(nodes.get(1)).orElseThrow();
        killed.destroyForcibly();
        await().atMost(PATIENCE).until(() -> !killed.isAlive());
        assertThat(seen()).containsExactly(State.UP, State.DOWN, State.UP);

        Outcome again = cluster("up");
        assertThat(again.exitCode()).as(again.err()).isZero();
        List<JsonNode> later = nodes();
        assertThat(states(later)).containsExactly("up", "up", "up");
        assertThat(later.get(0).path("pid")).isEqualTo(nodes.get(0).path("pid"));
        assertThat(later.get(1).path("pid")).isNotEqualTo(nodes.get(1).path("pid"));
        assertThat(later)
                .extracting(node -> node.path("id"))
                .isEqualTo(nodes.stream().map(node -> node.path("id")).toList());

        Outcome down = cluster("down");
        assertThat(down.exitCode()).as(down.err()).isZero();
        assertThat(seen()).containsOnly(State.DOWN);
        assertThat(later).allSatisfy(node -> assertThat(processOf(node)).isEmpty());
    }

    @Test
    void upThatFailsHalfWayLeavesNoProcessBehind() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int first = taken.getLocalPort() - CLUSTER_PORT_DISTANCE;
            Outcome up = cluster("up", "--nodes", "3", "--port", Integer.toString(first));
            assertThat(up.exitCode()).isEqualTo(1);
            assertThat(up.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("error: CLUSTER_NOT_FORMED Node a has ended: error: IO_FAILED ");
        }
        assertThat(seen()).containsOnly(State.DOWN);
    }
}
