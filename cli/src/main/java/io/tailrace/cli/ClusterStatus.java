package io.tailrace.cli;

import io.tailrace.cli.local.LocalCluster;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace cluster status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Lists the nodes: down (no process), starting (no member yet), joined (a member that does not serve yet), up.",
        })
final class ClusterStatus implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClusterOptions options = new ClusterOptions();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    ClusterStatus(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ClusterCommand.print(LocalCluster.find(options.directory()), format, terminal);
        return 0;
    }
}
