package io.tailrace.cli;

import io.tailrace.cli.client.StreamClient;
import io.tailrace.streams.runtime.TopologyFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace stream topology}. */
@Command(
        name = "topology",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Shows what a stream application runs: its nodes, from topics to topics.")
final class StreamTopology implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "APPLICATION", description = "The application.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String application;

    @Option(
            names = "--format",
            paramLabel = "text|mermaid|dot",
            description = "For people, as a Mermaid flowchart, or for Graphviz. Default: text.")
    private TopologyFormat format = TopologyFormat.TEXT;

    StreamTopology(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        String topology = new StreamClient(options.server())
                .topology(application, format.name().toLowerCase(Locale.ROOT));
        topology.lines().map(line -> Escaped.text(line, Integer.MAX_VALUE)).forEach(terminal.out()::println);
        return 0;
    }
}
