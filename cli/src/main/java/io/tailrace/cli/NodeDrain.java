package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tailrace.cli.client.Places;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace node drain}. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Moves everything from a node to others, and waits until nothing is left on it; the node gets nothing more.",
            "It may be down. The control group stays on the founders of the cluster."
        })
final class NodeDrain implements Callable<Integer> {
    private static final long LOOK_MILLIS = 500;

    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NODE", description = "Its name, or its id.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String name;

    @Option(names = "--no-wait", description = "End when the cluster has noted it; it goes on by itself.")
    private boolean noWait;

    NodeDrain(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Places places = new Places(options.server());
        JsonNode node = places.drain(name);
        if (node.hasNonNull("note")) {
            terminal.notice(TopicDescribe.cell(node.path("note")));
        }
        if (!noWait) {
            await(places, node);
        }
        return 0;
    }

    private void await(Places places, JsonNode begun) {
        String id = begun.path("id").asText();
        long most = left(begun);
        long told = -1;
        for (long left = most; left > 0; left = left(find(places, id))) {
            if (left != told) {
                terminal.notice((most - left) + " of " + most + " groups have left node " + Escaped.text(name, 100));
                told = left;
            }
            pause();
        }
        terminal.notice("Node " + Escaped.text(name, 100) + " has nothing left.");
    }

    private static long left(JsonNode node) {
        return node.path("groups").asLong()
                + node.path("arriving").asLong()
                + node.path("leaving").asLong();
    }

    private static JsonNode find(Places places, String id) {
        for (JsonNode node : places.nodes().path("nodes")) {
            if (node.path("id").asText().equals(id)) {
                return node;
            }
        }
        // Nobody knows it any more: it has nothing.
        return MissingNode.getInstance();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            CancellationException cancelled = new CancellationException("Interrupted");
            cancelled.initCause(e);
            throw cancelled;
        }
    }
}
