package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace topic describe}. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Shows the partitions of a topic with their offsets, and its settings.")
final class TopicDescribe implements Callable<Integer> {
    private static final int LONGEST_CELL = 300;

    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "The topic.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String name;

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    TopicDescribe(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode topic = new Topics(options.server()).get(ServerOptions.topic(name));
        if (format == OutputFormat.JSON) {
            terminal.out().println(topic);
            return 0;
        }
        partitions(topic.path("partitions")).forEach(terminal.out()::println);
        terminal.out().println();
        settings(topic.path("settings")).forEach(terminal.out()::println);
        return 0;
    }

    private static List<String> partitions(JsonNode partitions) {
        TextTable table = new TextTable(
                "partition", "leader", "epoch", "replicas", "offline", "lag", "start offset", "end offset");
        for (JsonNode partition : partitions) {
            List<String> replicas = new ArrayList<>();
            List<String> lags = new ArrayList<>();
            List<String> offline = new ArrayList<>();
            partition.path("offline").forEach(node -> offline.add(cell(node)));
            for (JsonNode replica : partition.path("replicas")) {
                replicas.add(cell(replica));
                lags.add(cell(partition.path("lag").path(replica.asText())));
            }
            table.row(
                    cell(partition.path("partition")),
                    cell(partition.path("leader")),
                    cell(partition.path("epoch")),
                    String.join(",", replicas),
                    offline.isEmpty() ? "-" : String.join(",", offline),
                    String.join(",", lags),
                    cell(partition.path("startOffset")),
                    cell(partition.path("endOffset")));
        }
        return table.lines();
    }

    private static List<String> settings(JsonNode settings) {
        TextTable table = new TextTable("setting", "value");
        for (Map.Entry<String, JsonNode> setting : settings.properties()) {
            table.row(Escaped.text(setting.getKey(), LONGEST_CELL), cell(setting.getValue()));
        }
        return table.lines();
    }

    /** A value as a server sent it, harmless for a terminal. */
    static String cell(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "-" : Escaped.text(value.asText(), LONGEST_CELL);
    }
}
