package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Places;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tailrace cluster rebalance}. */
@Command(
        name = "rebalance",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Moves as few groups as it takes that each node of a server's cluster has its share, in the background.")
final class ClusterRebalance implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    ClusterRebalance(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new Places(options.server()).rebalance();
        terminal.notice(TopicDescribe.cell(answer.path("moving"))
                + " groups are on their way: tailrace placement list --moving");
        return 0;
    }
}
