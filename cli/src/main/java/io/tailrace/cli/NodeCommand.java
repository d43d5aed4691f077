package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace node}: what can be done with the nodes of a cluster. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows the nodes of a cluster, and moves what they hold away from them.")
final class NodeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new NodeCommand())
                .addSubcommand(new NodeList(terminal))
                .addSubcommand(new NodeDrain(terminal))
                .addSubcommand(new NodeUndrain(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to do with nodes: list, drain, undrain?");
    }
}
