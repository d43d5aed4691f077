package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Topics;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace topic list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Lists the topics, sorted by name.")
final class TopicList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    TopicList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new Topics(options.server()).list();
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        JsonNode topics = answer.path("topics");
        if (topics.isEmpty()) {
            terminal.notice("There are no topics yet: tailrace topic create NAME");
            return 0;
        }
        TextTable table = new TextTable("topic", "partitions", "replicas");
        for (JsonNode topic : topics) {
            table.row(
                    TopicDescribe.cell(topic.path("name")),
                    TopicDescribe.cell(topic.path("partitions")),
                    TopicDescribe.cell(topic.path("replicas")));
        }
        table.lines().forEach(terminal.out()::println);
        return 0;
    }
}
