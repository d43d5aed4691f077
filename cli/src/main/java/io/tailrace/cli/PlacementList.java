package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Places;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace placement list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Lists the placement groups with their voters, the preferred leader first, and where they are on their way to.")
final class PlacementList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    @Option(names = "--moving", description = "Only those that are on their way.")
    private boolean moving;

    PlacementList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new Places(options.server()).groups();
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        TextTable table = new TextTable("group", "voters", "target", "leaving");
        for (JsonNode group : answer.path("groups")) {
            if (!moving
                    || !group.path("target").isEmpty()
                    || !group.path("leaving").isEmpty()) {
                table.row(
                        TopicDescribe.cell(group.path("group")),
                        names(group.path("voters")),
                        names(group.path("target")),
                        names(group.path("leaving")));
            }
        }
        table.lines().forEach(terminal.out()::println);
        return 0;
    }

    static String names(JsonNode nodes) {
        StringJoiner names = new StringJoiner(",");
        names.setEmptyValue("-");
        nodes.forEach(node -> names.add(TopicDescribe.cell(node)));
        return names.toString();
    }
}
