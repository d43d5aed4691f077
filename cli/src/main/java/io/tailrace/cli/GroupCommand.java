package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace group}: what can be done with consumer groups. */
@Command(
        name = "group",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows consumer groups, how far they have read, and changes that.")
final class GroupCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        // A placement group could be moved by this name before there were consumer groups.
        CommandLine move = new CommandLine(new PlacementMove(terminal));
        move.getCommandSpec().usageMessage().hidden(true);
        return new CommandLine(new GroupCommand())
                .addSubcommand(new GroupList(terminal))
                .addSubcommand(new GroupDescribe(terminal))
                .addSubcommand(new GroupResetOffsets(terminal))
                .addSubcommand(new GroupDelete(terminal))
                .addSubcommand(new GroupDeleteOffsets(terminal))
                .addSubcommand(new GroupRemoveMember(terminal))
                .addSubcommand(move);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "What to do with consumer groups: list, describe, reset-offsets, delete, delete-offsets, remove-member?");
    }
}
