package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.StreamClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace stream describe}. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Shows a stream application: its instances, its tasks with the nodes that they run on, and how far they are.",
            "Task 1_2 runs sub-topology 1 for partition 2. What is not known at the moment is -."
        })
final class StreamDescribe implements Callable<Integer> {
    private static final int KIB = 1024;

    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "APPLICATION", description = "The application.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String application;

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    StreamDescribe(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode found = new StreamClient(options.server()).get(application);
        if (format == OutputFormat.JSON) {
            terminal.out().println(found);
            return 0;
        }
        instances(found.path("members")).forEach(terminal.out()::println);
        terminal.out().println();
        tasks(found.path("assignments")).forEach(terminal.out()::println);
        terminal.out().println();
        partitions(found.path("assignments")).forEach(terminal.out()::println);
        for (JsonNode task : found.path("assignments")) {
            if (!task.path("error").isNull()) {
                terminal.notice("Task " + TopicDescribe.cell(task.path("task")) + " failed last with: "
                        + TopicDescribe.cell(task.path("error")));
            }
        }
        StreamList.unanswered(terminal, found);
        return 0;
    }

    private static List<String> instances(JsonNode instances) {
        TextTable table = new TextTable("instance", "node", "state", "failure");
        for (JsonNode instance : instances) {
            table.row(
                    TopicDescribe.cell(instance.path("instance")),
                    TopicDescribe.cell(instance.path("node")),
                    TopicDescribe.cell(instance.path("state")),
                    TopicDescribe.cell(instance.path("failure")));
        }
        return table.lines();
    }

    private static List<String> tasks(JsonNode tasks) {
        TextTable table = new TextTable(
                "task", "node", "state", "lag", "records", "records/s", "state KiB", "restored", "commits");
        for (JsonNode task : tasks) {
            table.row(
                    TopicDescribe.cell(task.path("task")),
                    TopicDescribe.cell(task.path("node")),
                    TopicDescribe.cell(task.path("state")),
                    TopicDescribe.cell(task.path("lag")),
                    TopicDescribe.cell(task.path("records")),
                    StreamList.rate(task),
                    String.valueOf((task.path("stateBytes").asLong() + KIB - 1) / KIB),
                    restored(task),
                    TopicDescribe.cell(task.path("commits")));
        }
        return table.lines();
    }

    /** How far the log of a task that begins has been read. */
    private static String restored(JsonNode task) {
        return task.path("state").asText().equals("RESTORING")
                ? task.path("restoredUpTo").asLong() + "/"
                        + task.path("restoreTo").asLong()
                : "-";
    }

    private static List<String> partitions(JsonNode tasks) {
        TextTable table = new TextTable("task", "topic", "partition", "position", "lag");
        for (JsonNode task : tasks) {
            for (JsonNode partition : task.path("partitions")) {
                table.row(
                        TopicDescribe.cell(task.path("task")),
                        TopicDescribe.cell(partition.path("topic")),
                        TopicDescribe.cell(partition.path("partition")),
                        TopicDescribe.cell(partition.path("position")),
                        TopicDescribe.cell(partition.path("lag")));
            }
        }
        return table.lines();
    }
}
