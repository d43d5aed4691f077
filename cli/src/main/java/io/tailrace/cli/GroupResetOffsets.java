package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tailrace.cli.client.Groups;
import io.tailrace.cli.client.Groups.TopicSelection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace group reset-offsets}. */
@Command(
        name = "reset-offsets",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Sets where a consumer group goes on reading. Without --execute it only shows what would come of it.",
            "The group must not have members. An offset that is not there becomes the nearest one that is."
        },
        footer = {
            "",
            "  tailrace group reset-offsets billing --topic orders:0,1 --to-earliest",
            "  tailrace group reset-offsets billing --all-topics --by-duration PT1H --execute"
        })
final class GroupResetOffsets implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "GROUP", description = "The group; one that is not there comes to be.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String group;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC[:P,P...]",
            converter = TopicPartitions.class,
            description = "A topic, or some of its partitions; may be repeated.")
    private List<TopicSelection> topics = List.of();

    @Option(names = "--all-topics", description = "Every partition of which the group has committed something.")
    private boolean allTopics;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Target target;

    @Option(names = "--execute", description = "Do it.")
    private boolean execute;

    @Option(names = "--dry-run", description = "Only show it, as without --execute.")
    private boolean dryRun;

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    /** Where to; one of these. */
    static final class Target {
        @Option(names = "--to-earliest", description = "To the first record there is.")
        @SuppressWarnings("UnusedVariable") // It is what remains where none of the others is set.
        private boolean earliest;

        @Option(names = "--to-latest", description = "Behind the last record there is.")
        private boolean latest;

        @Option(names = "--to-offset", paramLabel = "N", description = "To an offset.")
        private @Nullable Long offset;

        @Option(
                names = "--to-datetime",
                paramLabel = "TIME",
                description =
                        "To the first record that is not older: milliseconds since 1970, or ISO 8601, in UTC where it does not say.")
        private @Nullable String datetime;

        @Option(
                names = "--by-duration",
                paramLabel = "DURATION",
                description = "To the first record that is not older than that (PT1H, P7D, 5m).")
        private @Nullable String duration;

        @Option(
                names = "--shift-by",
                paramLabel = "N",
                description = "So many offsets on from what is committed; back if N is negative.")
        private @Nullable Long shift;

        JsonNode json() {
            JsonNodeFactory json = JsonNodeFactory.instance;
            if (offset != null) {
                return json.objectNode().put("offset", offset);
            }
            if (datetime != null) {
                return datetime.matches("\\d+")
                        ? json.objectNode().put("timestamp", Long.valueOf(datetime))
                        : json.objectNode().put("timestamp", withZone(datetime));
            }
            if (duration != null) {
                return json.objectNode().put("duration", duration);
            }
            if (shift != null) {
                return json.objectNode().put("shift", shift);
            }
            return json.textNode(latest ? "latest" : "earliest");
        }

        /** As Kafka's tool takes it. */
        private static String withZone(String datetime) {
            return datetime.matches("[0-9-]+T[0-9:.]+") ? datetime + "Z" : datetime;
        }
    }

    GroupResetOffsets(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (topics.isEmpty() != allTopics) {
            throw new ParameterException(spec.commandLine(), "Which partitions: --topic or --all-topics?");
        }
        if (execute && dryRun) {
            throw new ParameterException(spec.commandLine(), "Either --dry-run or --execute, not both.");
        }
        JsonNode answer = new Groups(options.server()).resetOffsets(group, topics, target.json(), execute);
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        TextTable table = new TextTable("topic", "partition", "before", "after", "");
        for (JsonNode partition : answer.path("partitions")) {
            table.row(
                    TopicDescribe.cell(partition.path("topic")),
                    TopicDescribe.cell(partition.path("partition")),
                    TopicDescribe.cell(partition.path("before")),
                    TopicDescribe.cell(partition.path("after")),
                    partition.path("clamped").asBoolean() ? clamped(partition) : "");
        }
        table.lines().forEach(terminal.out()::println);
        if (!answer.path("executed").asBoolean()) {
            sayThatNothingWasDone(answer.path("members").asInt());
        }
        return 0;
    }

    private static String clamped(JsonNode partition) {
        return "(there are " + TopicDescribe.cell(partition.path("startOffset")) + " to "
                + TopicDescribe.cell(partition.path("endOffset")) + ")";
    }

    /** Who only reads the table would take it for done: so it is said on a pipe too. */
    private void sayThatNothingWasDone(int members) {
        terminal.err().println("Nothing was changed: this is a dry run. Use --execute to do it.");
        if (members > 0) {
            terminal.err()
                    .println("The group has " + members + (members == 1 ? " member" : " members")
                            + ", so it would be refused: stop its consumers first.");
        }
    }
}
