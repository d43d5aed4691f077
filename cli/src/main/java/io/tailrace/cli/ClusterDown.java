package io.tailrace.cli;

import io.tailrace.cli.local.LocalCluster;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tailrace cluster down}. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Stops the nodes, one after the other; their data stay.")
final class ClusterDown implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClusterOptions options = new ClusterOptions();

    ClusterDown(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        LocalCluster.find(options.directory()).down().forEach(terminal.err()::println);
        return 0;
    }
}
