package io.tailrace.cli;

import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.consume.ConsumeRun;
import io.tailrace.cli.consume.GroupCommits;
import io.tailrace.cli.consume.OutputFailed;
import io.tailrace.cli.consume.PatternPrinter;
import io.tailrace.cli.consume.RecordPrinter;
import io.tailrace.cli.consume.RecordQuery;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace consume}: records to standard output. */
@Command(
        name = "consume",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Prints the records of a topic, from the beginning, and goes on with new ones as they come.",
            "With --group it is a consumer of that group: it prints what the group deals to it, from where the group has committed, and commits"
                    + " what it has printed. What was printed and not committed when it is killed is printed again by whoever reads it next; what"
                    + " it was too late to commit, since another had the partition by then, is named on standard error.",
            "It ends with --count, with --until-end, with Ctrl-C, or at the record that nobody reads any more (| head)."
        },
        footer = {
            "",
            "Patterns: %%t topic, %%p partition, %%o offset, %%k key, %%v value, %%h headers,",
            "%%T timestamp in milliseconds since 1970, %%%% a percent sign; \\n \\r \\t \\0 \\\\.",
            "",
            "  tailrace consume access | grep ' 404 '",
            "  tailrace consume access --from -5m --until-end --format '%%p %%o %%k %%v\\n'",
            "  tailrace consume access --partition 0 --from 1000 --count 10 --format json",
            "  tailrace consume orders payments --group billing --format '%%t %%p %%o %%v\\n'",
            "  tailrace consume orders --group nightly --until-end | ./bill"
        })
final class ConsumeCommand implements Callable<Integer> {
    /** For the record at hand. A stream at its tail waits in a read of Java's HTTP client that nothing can wake. */
    private static final Duration PATIENCE = Duration.ofMillis(300);

    /** For what was printed to be committed. */
    private static final Duration PATIENCE_OF_GROUP = Duration.ofSeconds(5);

    private static final int MAX_WARNING = 500;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Parameters(
            index = "0..*",
            arity = "1..*",
            paramLabel = "TOPIC",
            description = "The topic; with --group it may be several.")
    private List<String> topics = List.of();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = "Read as a consumer of that group, and commit what was printed.")
    private @Nullable String group;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description = {
                "Where to begin: earliest, latest, an offset (with --partition), @TIME (milliseconds since 1970 or ISO"
                        + " 8601) or -DURATION, that long ago (-30s, -5m, -PT1H).",
                "With --group: earliest or latest, for partitions of which the group has committed nothing.",
                "Default: earliest."
            })
    private String from = "earliest";

    @Option(
            names = "--partition",
            paramLabel = "P",
            description = "Only this partition; may be repeated. Default: all of them.")
    private List<Integer> partitions = List.of();

    @Option(names = "--count", paramLabel = "N", description = "End after N records.")
    private @Nullable Long count;

    @Option(
            names = "--group-instance-id",
            paramLabel = "ID",
            description =
                    "With --group: be a static member of that name, whose partitions wait for it while it restarts"
                            + " (tailrace.consumer.session-timeout).")
    private @Nullable String groupInstanceId;

    @Option(
            names = "--until-end",
            description = {
                "End where the topic ended when the command began.",
                "With --group: when the group has committed all that was there then, whoever of it has read it."
            })
    private boolean untilEnd;

    @Option(
            names = "--format",
            paramLabel = "value|json|PATTERN",
            description =
                    "value: the value's bytes and a line's end. json: a JSON object in a line. PATTERN: see below. Default:"
                            + " value.")
    private String format = "value";

    ConsumeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count is " + count + ": use 1 or more.");
        }
        if (from.matches("\\d+") && partitions.size() != 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--from " + from + " is an offset, which belongs to one partition: add --partition.");
        }
        topics.forEach(ServerOptions::topic);
        if (group == null) {
            requireNothingOfAGroup();
        } else {
            requireNothingOfASingleTopic();
        }
        ConsumeRun run = group == null ? ofTopic(topics.get(0)) : ofGroup(group);
        Runnable stop = group == null ? run::stop : () -> run.stop(PATIENCE_OF_GROUP);
        try (Interruption interruption = Interruption.calling(stop, PATIENCE)) {
            run.run(terminal.data());
            return interruption.interrupted() ? Main.INTERRUPTED : 0;
        } catch (OutputFailed e) {
            if (e.isNobodyReading()) {
                return 0;
            }
            throw new TailraceException(ErrorCode.IO_FAILED, "Writing the output failed: " + e.getMessage() + ".", e);
        }
    }

    private void requireNothingOfAGroup() {
        if (groupInstanceId != null) {
            throw new ParameterException(
                    spec.commandLine(), "--group-instance-id names a member of a group: add --group.");
        }
        if (topics.size() > 1) {
            throw new ParameterException(spec.commandLine(), "Several topics are read with --group only: give one.");
        }
    }

    private void requireNothingOfASingleTopic() {
        if (!partitions.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "With --group the group says which partitions are read: leave out --partition.");
        }
        if (!from.equals("earliest") && !from.equals("latest")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "With --group --from is earliest or latest: set the group elsewhere with 'group reset-offsets'.");
        }
    }

    private ConsumeRun ofTopic(String topic) {
        return new ConsumeRun(
                client.of(options.server()),
                new RecordQuery.OfTopic(topic, from, partitions, count, untilEnd),
                printer());
    }

    private ConsumeRun ofGroup(String name) {
        Server server = client.of(options.server());
        // Nobody else of the group may be called so.
        String consumer = "tailrace-consume-" + UUID.randomUUID();
        return new ConsumeRun(
                server,
                new RecordQuery.OfGroup(name, consumer, topics, from, groupInstanceId, count, untilEnd),
                printer(),
                new GroupCommits(server, name, consumer, this::warn));
    }

    private void warn(ServerProblem refusal) {
        terminal.err()
                .println("warning: " + ServerProblem.codeName(refusal) + " "
                        + Escaped.text(String.valueOf(refusal.getMessage()), MAX_WARNING));
    }

    private RecordPrinter printer() {
        if (format.equals("value")) {
            return RecordPrinter.value();
        }
        if (format.equals("json")) {
            return RecordPrinter.json();
        }
        try {
            if (format.indexOf('%') >= 0) {
                return PatternPrinter.of(format, topics.get(0));
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--format: " + e.getMessage() + ".", e);
        }
        throw new ParameterException(
                spec.commandLine(),
                "--format is '" + Escaped.text(format, 60) + "': use value, json or a pattern such as '%o %v\\n'.");
    }
}
