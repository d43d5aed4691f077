package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace backup}: copies of a node's data, made while it runs. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Copies a node's data while it runs, and makes a data directory of such a copy.")
final class BackupCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new BackupCommand())
                .addSubcommand(new BackupCreate(terminal))
                .addSubcommand(new BackupRestore(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to do with a backup: create or restore?");
    }
}
