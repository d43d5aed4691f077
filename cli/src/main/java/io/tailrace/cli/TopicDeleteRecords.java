package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Topics;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace topic delete-records}. */
@Command(
        name = "delete-records",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Deletes the oldest records of a partition: it starts at a later offset from then on.")
final class TopicDeleteRecords implements Callable<Integer> {
    private static final String END = "end";
    private static final long ALL = -1;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "The topic.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String name;

    @Option(names = "--partition", required = true, paramLabel = "P", description = "The partition.")
    private int partition;

    @Option(
            names = "--before",
            required = true,
            paramLabel = "OFFSET|end",
            description = "The first offset that stays; end: everything that is there goes.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String before;

    TopicDeleteRecords(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode left = new Topics(options.server()).deleteRecords(ServerOptions.topic(name), partition, offset());
        terminal.notice("Partition " + partition + " of " + name + " now has the offsets from "
                + TopicDescribe.cell(left.path("startOffset")) + " up to but without "
                + TopicDescribe.cell(left.path("endOffset")) + ".");
        return 0;
    }

    private long offset() {
        if (before.equals(END)) {
            return ALL;
        }
        if (before.matches("\\d{1,18}")) {
            return Long.parseLong(before);
        }
        throw new ParameterException(
                spec.commandLine(), "--before is '" + Escaped.text(before, 60) + "': use an offset, from 0, or end.");
    }
}
