package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Places;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace node list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Lists the nodes, and in how many groups each votes, is to vote, and may still vote though it is not to.")
final class NodeList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    NodeList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new Places(options.server()).nodes();
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        TextTable table = new TextTable("node", "state", "founder", "groups", "arriving", "leaving");
        for (JsonNode node : answer.path("nodes")) {
            String state = node.path("alive").asBoolean() ? "up" : "down";
            table.row(
                    TopicDescribe.cell(node.path("name")),
                    node.path("drained").asBoolean() ? state + ",drained" : state,
                    node.path("founder").asBoolean() ? "yes" : "no",
                    TopicDescribe.cell(node.path("groups")),
                    TopicDescribe.cell(node.path("arriving")),
                    TopicDescribe.cell(node.path("leaving")));
        }
        table.lines().forEach(terminal.out()::println);
        return 0;
    }
}
