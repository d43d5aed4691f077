package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.client.Topics;
import io.tailrace.engine.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace topic create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Creates a topic.")
final class TopicCreate implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String name;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "How many partitions. There can be more later, never fewer. Default: 1.")
    private int partitions = 1;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "How many nodes hold each partition. Default: 3 where there are three storage nodes, else 1.")
    private @Nullable Integer replicas;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting by Kafka's name, such as retention.ms=3600000; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--if-not-exists", description = "Leave a topic of that name as it is, and succeed.")
    private boolean ifNotExists;

    TopicCreate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Topics topics = new Topics(options.server());
        try {
            JsonNode topic = topics.create(name, partitions, replicas, settings);
            int count = topic.path("partitions").size();
            terminal.notice("Created " + name + " with " + TopicCommand.partitions(count) + ".");
        } catch (ServerProblem e) {
            if (!ifNotExists || e.code() != ErrorCode.TOPIC_EXISTS) {
                throw e;
            }
            terminal.notice("There is a topic " + name + " already; it was left as it is.");
        }
        return 0;
    }
}
