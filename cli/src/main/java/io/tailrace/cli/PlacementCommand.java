package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace placement}: what can be done with the placement groups of a cluster. */
@Command(
        name = "placement",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows which nodes hold the groups of partitions, and moves them.")
final class PlacementCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new PlacementCommand())
                .addSubcommand(new PlacementList(terminal))
                .addSubcommand(new PlacementMove(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to do with the placement: list, move?");
    }
}
