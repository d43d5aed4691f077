package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace quota}: how much clients may do. */
@Command(
        name = "quota",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Shows and changes how many bytes in a second clients may produce and consume, at each node.",
            "Who has used it up is delayed; nothing fails."
        })
final class QuotaCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new QuotaCommand())
                .addSubcommand(new QuotaList(terminal))
                .addSubcommand(new QuotaSet(terminal))
                .addSubcommand(new QuotaDelete(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to do with quotas: list, set, delete?");
    }
}
