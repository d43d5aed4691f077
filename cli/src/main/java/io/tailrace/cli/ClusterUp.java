package io.tailrace.cli;

import io.tailrace.cli.local.LocalCluster;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace cluster up}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Starts the nodes that do not run, each as a process of its own, and waits until they are one cluster.",
            "They go on when the command has ended; tailrace cluster down ends them."
        })
final class ClusterUp implements Callable<Integer> {
    private static final int LARGEST_PORT = 65_000;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ClusterOptions options = new ClusterOptions();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "How many, when the cluster is made. Default: 3, or those that there are.")
    private @Nullable Integer nodes;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description =
                    "Of the first node's HTTP server, when the cluster is made; the others' follow. 0: any that are free. Default: 7070.")
    private int port = 7_070;

    ClusterUp(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    @SuppressWarnings("try") // it listens until it is closed
    public Integer call() {
        if (nodes != null && (nodes < 1 || nodes > LocalCluster.MAX_NODES)) {
            throw new ParameterException(
                    spec.commandLine(), "--nodes is " + nodes + ": from 1 to " + LocalCluster.MAX_NODES + ", please.");
        }
        if (port < 0 || port > LARGEST_PORT) {
            throw new ParameterException(spec.commandLine(), "--port is " + port + ": from 0 to " + LARGEST_PORT + ".");
        }
        LocalCluster cluster = LocalCluster.make(options.directory(), nodes, port);
        AtomicBoolean stop = new AtomicBoolean();
        try (Interruption interruption = Interruption.calling(() -> stop.set(true), () -> "")) {
            cluster.up(stop::get);
        }
        ClusterCommand.print(cluster, OutputFormat.TEXT, terminal);
        return 0;
    }
}
