package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Topics;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace topic recover}. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Says how the replica of a partition stands on the node at --url. One that may have lost what it had acknowledged does not"
                    + " vote until it has caught up with a leader; if that is so of most replicas, nobody can lead.",
            "With --accept-data-loss it votes as it is. Do that on as many nodes as are a majority, those with the highest epoch and"
                    + " then the highest end: what they do not have is lost for good."
        },
        footer = {"", "  tailrace topic recover orders --partition 3 --url http://b:7070 --accept-data-loss"})
final class TopicRecover implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "The topic.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String name;

    @Option(names = "--partition", required = true, paramLabel = "P", description = "The partition.")
    private int partition;

    @Option(names = "--accept-data-loss", description = "Let the replica vote as it is.")
    private boolean accepted;

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    TopicRecover(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Topics topics = new Topics(options.server());
        String topic = ServerOptions.topic(name);
        JsonNode replica = accepted ? topics.recoverUncleanly(topic, partition) : topics.replica(topic, partition);
        if (format == OutputFormat.JSON) {
            terminal.out().println(replica);
            return 0;
        }
        TextTable table = new TextTable("node", "votes", "leads", "last epoch", "end", "committed");
        table.row(
                TopicDescribe.cell(replica.path("node")),
                TopicDescribe.cell(replica.path("votes")),
                TopicDescribe.cell(replica.path("leads")),
                TopicDescribe.cell(replica.path("lastEpoch")),
                TopicDescribe.cell(replica.path("endOffset")),
                TopicDescribe.cell(replica.path("highWatermark")));
        table.lines().forEach(terminal.out()::println);
        return 0;
    }
}
