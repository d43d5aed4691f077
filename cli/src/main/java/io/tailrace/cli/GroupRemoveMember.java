package io.tailrace.cli;

import io.tailrace.cli.client.Groups;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tailrace group remove-member}. */
@Command(
        name = "remove-member",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Puts a member out of its consumer group, as if its node had died.",
            "Its partitions go to others at once, and what it has not committed is read again."
        })
final class GroupRemoveMember implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "GROUP", description = "The group.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String group;

    @Parameters(index = "1", paramLabel = "MEMBER", description = "The member's id, see 'group describe'.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String member;

    GroupRemoveMember(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        new Groups(options.server()).removeMember(group, member);
        terminal.notice("Removed " + Escaped.text(member, 300) + ".");
        return 0;
    }
}
