package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Groups;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace group describe}. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Shows a consumer group: its members with the partitions that they have, and of each partition how far it is read.",
            "The time lag is the age of the next record to read. What nobody can say at the moment is -."
        })
final class GroupDescribe implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "GROUP", description = "The group.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String group;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "Only this topic's partitions; may be repeated. Default: all of them.")
    private List<String> topics = List.of();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    GroupDescribe(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        topics.forEach(ServerOptions::topic);
        JsonNode found = new Groups(options.server()).get(group, topics);
        if (format == OutputFormat.JSON) {
            terminal.out().println(found);
            return 0;
        }
        head(found).forEach(terminal.out()::println);
        terminal.out().println();
        members(found.path("members")).forEach(terminal.out()::println);
        terminal.out().println();
        partitions(found.path("partitions")).forEach(terminal.out()::println);
        return 0;
    }

    private static List<String> head(JsonNode group) {
        long lag = 0;
        for (JsonNode partition : group.path("partitions")) {
            lag += partition.path("lag").asLong();
        }
        return new TextTable("group", "state", "assignor", "members", "total lag")
                .row(
                        TopicDescribe.cell(group.path("name")),
                        TopicDescribe.cell(group.path("state")),
                        TopicDescribe.cell(group.path("assignor")),
                        String.valueOf(group.path("members").size()),
                        String.valueOf(lag))
                .lines();
    }

    private static List<String> members(JsonNode members) {
        TextTable table = new TextTable("member", "client", "instance", "node", "attached", "assignment");
        for (JsonNode member : members) {
            String client = TopicDescribe.cell(member.path("clientId"));
            table.row(
                    TopicDescribe.cell(member.path("memberId")),
                    client.isEmpty() ? "-" : client,
                    TopicDescribe.cell(member.path("instanceId")),
                    TopicDescribe.cell(member.path("node")),
                    member.path("attached").asBoolean() ? "yes" : "no",
                    assignment(member.path("assignment")));
        }
        return table.lines();
    }

    /** Such as {@code orders:0,1 payments:2}. */
    private static String assignment(JsonNode assignment) {
        List<String> topics = new ArrayList<>();
        for (Map.Entry<String, JsonNode> topic : assignment.properties()) {
            StringJoiner numbers = new StringJoiner(",", Escaped.text(topic.getKey(), 300) + ":", "");
            topic.getValue().forEach(number -> numbers.add(TopicDescribe.cell(number)));
            topics.add(numbers.toString());
        }
        return topics.isEmpty() ? "-" : String.join(" ", topics);
    }

    private static List<String> partitions(JsonNode partitions) {
        TextTable table = new TextTable("topic", "partition", "committed", "end offset", "lag", "time lag", "member");
        for (JsonNode partition : partitions) {
            table.row(
                    TopicDescribe.cell(partition.path("topic")),
                    TopicDescribe.cell(partition.path("partition")),
                    TopicDescribe.cell(partition.path("committedOffset")),
                    TopicDescribe.cell(partition.path("endOffset")),
                    TopicDescribe.cell(partition.path("lag")),
                    age(partition.path("lagMillis")),
                    TopicDescribe.cell(partition.path("owner")));
        }
        return table.lines();
    }

    /** Such as {@code 3d2h}, {@code 2h5m}, {@code 4.2s}: what a person wants to know of it. */
    static String age(JsonNode millis) {
        if (!millis.isNumber()) {
            return "-";
        }
        Duration age = Duration.ofMillis(millis.asLong());
        if (age.toDays() > 0) {
            return age.toDays() + "d" + age.toHoursPart() + "h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + "h" + age.toMinutesPart() + "m";
        }
        if (age.toMinutes() > 0) {
            return age.toMinutes() + "m" + age.toSecondsPart() + "s";
        }
        return age.toSeconds() + "." + age.toMillisPart() / 100 + "s";
    }
}
