package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.StreamClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace stream reset}. */
@Command(
        name = "reset",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Has a stream application begin from nothing: deletes the topics in which it keeps states and positions.",
            "What it has written to other topics stays. Without --execute it only shows what would be deleted.",
            "No instance may run."
        })
final class StreamReset implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "APPLICATION", description = "The application.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String application;

    @Option(names = "--execute", description = "Do it.")
    private boolean execute;

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    StreamReset(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new StreamClient(options.server()).reset(application, execute);
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        TextTable table = new TextTable(execute ? "deleted" : "to be deleted");
        answer.path("topics").forEach(topic -> table.row(TopicDescribe.cell(topic)));
        table.lines().forEach(terminal.out()::println);
        if (!execute) {
            terminal.notice("Nothing was deleted: add --execute");
        }
        return 0;
    }
}
