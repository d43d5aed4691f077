package io.tailrace.cli;

import io.tailrace.cli.client.Groups;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tailrace group delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Deletes consumer groups without members, and their offsets, one after the other; ends at the first that cannot be deleted.")
final class GroupDelete implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0..*", arity = "1..*", paramLabel = "GROUP", description = "The groups.")
    private List<String> names = List.of();

    GroupDelete(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Groups groups = new Groups(options.server());
        for (String name : names) {
            groups.delete(name);
            terminal.notice("Deleted " + Escaped.text(name, 300) + ".");
        }
        return 0;
    }
}
