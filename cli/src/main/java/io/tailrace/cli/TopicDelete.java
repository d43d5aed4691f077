package io.tailrace.cli;

import io.tailrace.cli.client.Topics;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tailrace topic delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Deletes topics with all their records, one after the other; ends at the first that cannot be deleted.")
final class TopicDelete implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0..*", arity = "1..*", paramLabel = "NAME", description = "The topics.")
    private List<String> names = List.of();

    TopicDelete(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        names.forEach(ServerOptions::topic);
        Topics topics = new Topics(options.server());
        for (String name : names) {
            topics.delete(name);
            terminal.notice("Deleted " + name + ".");
        }
        return 0;
    }
}
