package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.StreamClient;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace stream list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Lists the stream applications that run on any node of the cluster, sorted by name.")
final class StreamList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    StreamList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new StreamClient(options.server()).list();
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        JsonNode applications = answer.path("streams");
        if (applications.isEmpty()) {
            terminal.notice("No stream application runs: docs/dsl.md has one to begin with");
        } else {
            TextTable table = new TextTable("application", "instances", "tasks", "running", "lag", "records/s");
            for (JsonNode application : applications) {
                table.row(
                        TopicDescribe.cell(application.path("name")),
                        TopicDescribe.cell(application.path("instances")),
                        TopicDescribe.cell(application.path("tasks")),
                        TopicDescribe.cell(application.path("running")),
                        TopicDescribe.cell(application.path("lag")),
                        rate(application));
            }
            table.lines().forEach(terminal.out()::println);
        }
        unanswered(terminal, answer);
        return 0;
    }

    static String rate(JsonNode owner) {
        return String.format(Locale.ROOT, "%.0f", owner.path("recordsPerSecond").asDouble());
    }

    /** What is missing in an answer is said. */
    static void unanswered(Terminal terminal, JsonNode answer) {
        int unanswered = answer.path("unanswered").asInt();
        if (unanswered > 0) {
            terminal.notice(unanswered + " instances did not answer: their nodes have ended, or are busy");
        }
    }
}
