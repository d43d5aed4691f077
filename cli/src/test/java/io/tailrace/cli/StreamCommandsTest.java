package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.runtime.StreamApplication;
import io.tailrace.streams.runtime.StreamSettings;
import io.tailrace.streams.topology.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tailrace stream} against a node. */
class StreamCommandsTest {
    @TempDir
    private static Path directory;

    private static ServedNode node;

    @BeforeAll
    static void start() {
        node = new ServedNode(directory);
        ok("topic", "create", "in", "--partitions", "2");
        ok("topic", "create", "out");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static CapturedTerminal ended(int exit, String... args) {
        CapturedTerminal terminal = new CapturedTerminal();
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--url", node.url()));
        assertThat(terminal.run(all.toArray(String[]::new))).as(terminal.err()).isEqualTo(exit);
        return terminal;
    }

    private static CapturedTerminal ok(String... args) {
        return ended(0, args);
    }

    private static Topology count() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupByKey(Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"))
                .toStream()
                .to("out", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    @Test
    void anApplicationIsShownAndResetWhenItHasEnded() throws IOException {
        assertThat(ok("stream", "list").out()).isEmpty();
        StreamApplication application =
                StreamApplication.start(node.tailrace(), "totals", count(), StreamSettings.create(node.tailrace()));
        EmbeddedNode.await(application.whenRunning());
        // Nodes hear of an instance a moment later.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ok("stream", "list").outLines().size() == 2);

        assertThat(ok("stream", "list").outLines()).hasSize(2).last().asString().startsWith("totals ");
        CapturedTerminal described = ok("stream", "describe", "totals");
        assertThat(described.out()).contains("RUNNING").contains("\n0_0 ").contains("\n0_1 ");
        JsonNode json = new ObjectMapper()
                .readTree(ok("stream", "describe", "totals", "--format", "json").out());
        assertThat(json.path("tasks").asInt()).isEqualTo(2);
        assertThat(ok("stream", "topology", "totals").out())
                .isEqualTo(application.topology().describe());
        assertThat(ok("stream", "topology", "totals", "--format", "mermaid").out())
                .startsWith("flowchart");
        assertThat(ended(1, "stream", "reset", "totals", "--execute").err()).contains("GROUP_ACTIVE");
        EmbeddedNode.await(application.close());

        assertThat(ok("stream", "reset", "totals").outLines()).containsExactly("to be deleted", "totals-0-tasks");
        assertThat(ok("stream", "reset", "totals", "--execute").outLines())
                .containsExactly("deleted", "totals-0-tasks");
        assertThat(ended(1, "stream", "describe", "totals").err()).contains("UNKNOWN_APPLICATION");
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run("stream")).isEqualTo(2);
        assertThat(terminal.err()).contains("list, describe, topology, reset");
    }
}
