package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Scrubs;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace log scrub}: a look for damage at once, while the node serves. */
@Command(
        name = "scrub",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Looks through all files of the replicas on the node at --url, while it serves, for bits that have flipped, and waits until",
            "that is done. What is damaged is got from other replicas, or told if there are none; the node does the same by itself, slowly.",
            "Exit code 0 if no damage is left, 1 if some is."
        })
final class LogScrub implements Callable<Integer> {
    private static final long LOOK_EVERY_MILLIS = 200;

    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "TOPIC", description = "Its partitions only. Default: all.")
    @Nullable
    private String topic;

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    LogScrub(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Scrubs scrubs = new Scrubs(options.server());
        JsonNode before = scrubs.begin(topic == null ? null : ServerOptions.topic(topic));
        JsonNode report = before;
        while (report.path("askedRounds").asLong() <= before.path("askedRounds").asLong()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            report = scrubs.report();
        }
        if (format == OutputFormat.JSON) {
            terminal.out().println(report);
        } else {
            print(report);
        }
        return left(report) == 0 ? 0 : Main.FAILED;
    }

    private static int left(JsonNode report) {
        int left = 0;
        for (JsonNode finding : report.path("findings")) {
            left += finding.path("outcome").asText().equals("left") ? 1 : 0;
        }
        return left;
    }

    private void print(JsonNode report) {
        if (!report.path("findings").isEmpty()) {
            TextTable table = new TextTable("partition", "file", "offset", "end", "outcome", "what");
            for (JsonNode finding : report.path("findings")) {
                table.row(
                        TopicDescribe.cell(finding.path("partition")),
                        TopicDescribe.cell(finding.path("file")),
                        TopicDescribe.cell(finding.path("offset")),
                        TopicDescribe.cell(finding.path("endOffset")),
                        TopicDescribe.cell(finding.path("outcome")),
                        TopicDescribe.cell(finding.path("what")));
            }
            table.lines().forEach(terminal.out()::println);
        }
        terminal.err()
                .println(report.path("replicasDone").asInt() + " replicas looked through; since the node was started "
                        + report.path("found").asLong() + " damaged ranges were found, "
                        + report.path("mended").asLong() + " mended in place, for "
                        + report.path("reopened").asLong() + " the replica was opened anew");
    }
}
