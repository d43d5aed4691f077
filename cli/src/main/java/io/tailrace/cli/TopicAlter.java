package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Topics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace topic alter}. */
@Command(
        name = "alter",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Adds partitions to a topic, or changes its settings.")
final class TopicAlter implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "The topic.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String name;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description =
                    "How many partitions it is to have, never fewer than before. Keys may then go to other partitions.")
    private @Nullable Integer partitions;

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A setting by Kafka's name; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--reset", paramLabel = "NAME", description = "A setting that goes back to its default.")
    private Set<String> reset = new LinkedHashSet<>();

    TopicAlter(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (partitions == null && settings.isEmpty() && reset.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "What to change: --partitions, --set or --reset?");
        }
        for (String setting : reset) {
            if (settings.containsKey(setting)) {
                throw new ParameterException(spec.commandLine(), "Either --set or --reset " + setting + ", not both.");
            }
        }
        JsonNode topic = new Topics(options.server()).alter(ServerOptions.topic(name), partitions, settings, reset);
        int count = topic.path("partitions").size();
        terminal.notice("Changed " + name + ", which has " + TopicCommand.partitions(count) + ".");
        return 0;
    }
}
