package io.tailrace.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.http.HttpServer;
import io.tailrace.http.HttpSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
            "It listens on this machine only (127.0.0.1). What is said here goes before what FILE says."
        },
        footer = {"", "  tailrace start --data-dir /var/lib/tailrace", "  curl http://127.0.0.1:7070/v1/topics"})
final class StartCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the data lie; made if it is not there. Default: ./tailrace-data.")
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
            description = "Settings under 'tailrace' in HOCON, as docs and reference.conf name them.")
    private @Nullable Path config;

    StartCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Config settings = settings();
        HttpSettings http = HttpSettings.of(settings);
        CompletableFuture<Boolean> stop = new CompletableFuture<>();
        try (Interruption interruption = Interruption.calling(() -> stop.complete(true));
                EmbeddedNode node = EmbeddedNode.start(settings)) {
            HttpServer server = EmbeddedNode.await(HttpServer.start(node.tailrace(), http));
            try {
                InetSocketAddress address = server.address();
                terminal.err()
                        .println("Tailrace serves at http://" + address.getHostString() + ":" + address.getPort()
                                + ", data in " + node.directory() + ". Ctrl-C ends it.");
                node.tailrace().system().getWhenTerminated().thenAccept(done -> stop.complete(true));
                EmbeddedNode.await(stop);
                if (!interruption.interrupted()) {
                    throw new TailraceException(
                            ErrorCode.CLOSED, "The node has stopped by itself; the lines above say why.");
                }
            } finally {
                EmbeddedNode.await(server.close());
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
