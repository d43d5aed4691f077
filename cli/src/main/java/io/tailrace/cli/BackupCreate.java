package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Backups;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace backup create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Has the node at --url copy what it has into a new directory on its machine, while it goes on.",
            "Closed segments become hard links where that is the same volume, so it takes little room; leave them as they are.",
            "What was acknowledged before the command is in it, as far as this node has it; of a cluster, make one of each node."
        })
final class BackupCreate implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "DIR", description = "A directory on the node's machine, new or empty.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Path directory;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for it. The node goes on when that is over. Default: 3600.")
    private int timeoutSeconds = 3600;

    BackupCreate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path whole = directory.toAbsolutePath().normalize();
        JsonNode made =
                new Backups(options.server()).create(whole.toString(), Duration.ofSeconds(Math.max(1, timeoutSeconds)));
        terminal.err()
                .printf(
                        Locale.ROOT,
                        "Backup of node %s in %s: %s, %,d bytes, of which %,d are linked.%n",
                        made.path("node").asText(),
                        whole,
                        TopicCommand.partitions(made.path("partitions").asInt()),
                        made.path("bytes").asLong(),
                        made.path("linkedBytes").asLong());
        return 0;
    }
}
