package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Places;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace placement move}, which is {@code tailrace group move} too. */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Moves a placement group to other nodes, in the background; 'placement list --moving' shows how far it is.")
final class PlacementMove implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "GROUP", description = "Such as 3-17, see 'placement list'.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String group;

    @Option(
            names = "--to",
            required = true,
            split = ",",
            paramLabel = "NODE",
            description = "As many nodes as it has replicas, the preferred leader first.")
    private List<String> voters = List.of();

    PlacementMove(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode moved = new Places(options.server()).move(group, voters);
        boolean there = moved.path("target").isEmpty();
        terminal.notice("Placement group " + TopicDescribe.cell(moved.path("group"))
                + (there
                        ? " is on " + PlacementList.names(moved.path("voters"))
                        : " moves to " + PlacementList.names(moved.path("target")))
                + ".");
        return 0;
    }
}
