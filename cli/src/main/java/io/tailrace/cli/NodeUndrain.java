package io.tailrace.cli;

import io.tailrace.cli.client.Places;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tailrace node undrain}. */
@Command(
        name = "undrain",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Lets a drained node hold something again. What has not left it yet stays; 'cluster rebalance' gives it its share.")
final class NodeUndrain implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NODE", description = "Its name, or its id.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String name;

    NodeUndrain(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        new Places(options.server()).undrain(name);
        terminal.notice("Node " + Escaped.text(name, 100) + " may hold groups again.");
        return 0;
    }
}
