package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cli.client.Places;
import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.client.ServerUnreachable;
import io.tailrace.cli.local.LocalCluster;
import io.tailrace.cli.local.LocalNode;
import java.net.URI;
import java.util.Locale;
import java.util.UUID;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace cluster}: nodes on this machine, each a process of its own. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Runs a cluster of several nodes on this machine, to try it out.",
        synopsisSubcommandLabel = "COMMAND")
final class ClusterCommand implements Runnable {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    static CommandLine with(Terminal terminal) {
        return new CommandLine(new ClusterCommand())
                .addSubcommand(new ClusterUp(terminal))
                .addSubcommand(new ClusterDown(terminal))
                .addSubcommand(new ClusterStatus(terminal))
                .addSubcommand(new ClusterRebalance(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    static void print(LocalCluster cluster, OutputFormat format, Terminal terminal) {
        if (format == OutputFormat.JSON) {
            terminal.out().println(json(cluster));
            return;
        }
        TextTable table = new TextTable("node", "state", "pid", "url");
        for (LocalNode node : cluster.nodes()) {
            table.row(
                    node.name(),
                    text(node.state()),
                    node.process().map(process -> Long.toString(process.pid())).orElse("-"),
                    node.url());
        }
        table.lines().forEach(terminal.out()::println);
    }

    private static ObjectNode json(LocalCluster cluster) {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode nodes = json.putArray("nodes");
        for (LocalNode node : cluster.nodes()) {
            ObjectNode one = nodes.addObject();
            one.put("id", node.id().map(UUID::toString).orElse(null));
            one.put("name", node.name());
            one.put("url", node.url());
            one.put("pid", node.process().map(ProcessHandle::pid).orElse(null));
            one.put("state", text(node.state()));
        }
        json.set("groups", groups(cluster));
        return json;
    }

    /** As any node that serves has them; none while nobody does. */
    private static JsonNode groups(LocalCluster cluster) {
        for (LocalNode node : cluster.nodes()) {
            if (node.state() == LocalNode.State.UP) {
                try {
                    return new Places(new Server(URI.create(node.url())))
                            .groups()
                            .path("groups");
                } catch (ServerProblem | ServerUnreachable e) {
                    // It has gone, or cannot say it just now: another may.
                }
            }
        }
        return JSON.createArrayNode();
    }

    private static String text(LocalNode.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
