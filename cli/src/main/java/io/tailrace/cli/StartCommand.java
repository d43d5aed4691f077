package io.tailrace.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.http.HttpSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tailrace start}: a node that serves over HTTP until it is told to stop. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Runs a node with an HTTP server, for the other commands and for programs, until Ctrl-C or SIGTERM.",
            "It listens on this machine only (127.0.0.1). Options go before what the FILE of --config says."
        },
        footer = {"", "  tailrace start --data-dir /var/lib/tailrace", "  curl http://127.0.0.1:7070/v1/topics"})
final class StartCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the data lie; made if it is not there. Default: tailrace-data.")
    private @Nullable Path dataDirectory;

    @Option(names = "--port", paramLabel = "PORT", description = "0: any that is free. Default: 7070.")
    private @Nullable Integer port;

    @Option(
            names = "--flush",
            paramLabel = "batch|os",
            description =
                    "When a batch is acknowledged: after an fsync, or when the operating system has it. Default: batch.")
    private @Nullable FlushChoice flush;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings in HOCON, such as tailrace.http.port = 7071.")
    private @Nullable Path config;

    @Option(names = "--node-name", paramLabel = "NAME", description = "What the node is called. Default: node.")
    private @Nullable String nodeName;

    @Option(
            names = "--cluster-port",
            paramLabel = "PORT",
            description = "Where it listens for other nodes. 0: any that is free. Default: 0.")
    private @Nullable Integer clusterPort;

    @Option(
            names = "--seed",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "Where the nodes listen that found the cluster, the same for each of them.")
    private @Nullable List<String> seeds;

    @Option(
            names = "--rack",
            paramLabel = "NAME",
            description = "What it shares with nodes that may fail together with it; replicas are spread over racks.")
    private @Nullable String rack;

    StartCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Config settings = settings();
        HttpSettings http = HttpSettings.of(settings);
        CompletableFuture<Boolean> stop = new CompletableFuture<>();
        Thread starter = Thread.currentThread();
        AtomicBoolean joining = new AtomicBoolean(settings.hasPath("tailrace.cluster.seeds"));
        try (Interruption interruption = Interruption.calling(() -> {
                    stop.complete(true);
                    // It may be waiting for the others of its cluster.
                    if (joining.getAndSet(false)) {
                        starter.interrupt();
                    }
                });
                EmbeddedNode node = EmbeddedNode.start(settings)) {
            joining.set(false);
            try (HttpDoor door = HttpDoor.open(node.tailrace(), http, stop::completeExceptionally)) {
                InetSocketAddress address = door.address();
                terminal.err()
                        .println("Tailrace serves at http://" + address.getHostString() + ":" + address.getPort()
                                + ", data in " + node.directory() + ". Ctrl-C ends it.");
                node.tailrace().whenEnded().whenComplete((done, failure) -> {
                    if (failure == null) {
                        stop.complete(true);
                    } else {
                        stop.completeExceptionally(Failures.cause(failure));
                    }
                });
                EmbeddedNode.await(stop);
                if (!interruption.interrupted()) {
                    throw new TailraceException(
                            ErrorCode.CLOSED, "The node has stopped by itself; the lines above say why.");
                }
            }
            return Main.INTERRUPTED;
        }
    }

    /** Options go before the file, the file before the defaults. */
    private Config settings() {
        Map<String, Object> said = new HashMap<>();
        if (dataDirectory != null) {
            said.put("tailrace.data-dir", dataDirectory.toString());
        }
        if (port != null) {
            said.put("tailrace.http.port", port);
        }
        if (flush != null) {
            said.put("tailrace.flush", flush.toString());
        }
        if (nodeName != null) {
            said.put("tailrace.node-name", nodeName);
        }
        if (rack != null) {
            said.put("tailrace.cluster.rack", rack);
        }
        if (clusterPort != null) {
            said.put("tailrace.cluster.port", clusterPort);
        }
        if (seeds != null) {
            said.put("tailrace.cluster.seeds", seeds);
        }
        Config options = ConfigFactory.parseMap(said);
        try {
            Config file = config == null
                    ? ConfigFactory.empty()
                    : ConfigFactory.parseFile(
                            config.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
            return options.withFallback(file).resolve();
        } catch (ConfigException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING, config + " cannot be used as settings: " + e.getMessage(), e);
        }
    }
}
