package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace stream}: what can be done with stream applications. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows stream applications, where their tasks run and how far they are, and resets them.")
final class StreamCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new StreamCommand())
                .addSubcommand(new StreamList(terminal))
                .addSubcommand(new StreamDescribe(terminal))
                .addSubcommand(new StreamTopology(terminal))
                .addSubcommand(new StreamReset(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "What to do with stream applications: list, describe, topology, reset?");
    }
}
