package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Groups;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace group list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Lists the consumer groups, sorted by name.",
            "A group is EMPTY without members, STABLE when each partition is where it is to be, else RECONCILING."
        })
final class GroupList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    GroupList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new Groups(options.server()).list();
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        JsonNode groups = answer.path("groups");
        if (groups.isEmpty()) {
            terminal.notice("There are no consumer groups yet: tailrace consume TOPIC --group NAME");
            return 0;
        }
        TextTable table = new TextTable("group", "state", "members");
        for (JsonNode group : groups) {
            table.row(
                    TopicDescribe.cell(group.path("name")),
                    TopicDescribe.cell(group.path("state")),
                    TopicDescribe.cell(group.path("members")));
        }
        table.lines().forEach(terminal.out()::println);
        return 0;
    }
}
