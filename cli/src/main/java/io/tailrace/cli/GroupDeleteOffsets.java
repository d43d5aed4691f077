package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Groups;
import io.tailrace.cli.client.Groups.TopicSelection;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace group delete-offsets}. */
@Command(
        name = "delete-offsets",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Forgets how far a consumer group without members has read some partitions, and shows what that was.",
            "Where it reads them again it begins as if it never had."
        })
final class GroupDeleteOffsets implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "GROUP", description = "The group.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String group;

    @Option(
            names = "--topic",
            required = true,
            paramLabel = "TOPIC[:P,P...]",
            converter = TopicPartitions.class,
            description = "A topic, or some of its partitions; may be repeated.")
    private List<TopicSelection> topics = List.of();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    GroupDeleteOffsets(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new Groups(options.server()).deleteOffsets(group, topics);
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        TextTable table = new TextTable("topic", "partition", "before");
        for (JsonNode partition : answer.path("partitions")) {
            table.row(
                    TopicDescribe.cell(partition.path("topic")),
                    TopicDescribe.cell(partition.path("partition")),
                    TopicDescribe.cell(partition.path("before")));
        }
        table.lines().forEach(terminal.out()::println);
        return 0;
    }
}
