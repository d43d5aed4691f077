package io.tailrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace topic}: what can be done with topics. */
@Command(
        name = "topic",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Creates, shows, changes and deletes topics of a server.")
final class TopicCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new TopicCommand())
                .addSubcommand(new TopicCreate(terminal))
                .addSubcommand(new TopicList(terminal))
                .addSubcommand(new TopicDescribe(terminal))
                .addSubcommand(new TopicAlter(terminal))
                .addSubcommand(new TopicDelete(terminal))
                .addSubcommand(new TopicDeleteRecords(terminal))
                .addSubcommand(new TopicRecover(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "What to do with topics: create, list, describe, alter, delete, delete-records, recover?");
    }

    /** {@code 1 partition}, {@code 4 partitions}. */
    static String partitions(long count) {
        return count == 1 ? "1 partition" : count + " partitions";
    }
}
