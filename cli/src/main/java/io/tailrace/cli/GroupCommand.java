package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace group}: what can be done with the placement groups of a cluster. */
@Command(
        name = "group",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows which nodes hold the groups of partitions, and moves them.")
final class GroupCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new GroupCommand())
                .addSubcommand(new GroupList(terminal))
                .addSubcommand(new GroupMove(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to do with groups: list, move?");
    }
}
