package io.tailrace.cli;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cli.client.Server;
import io.tailrace.http.HttpServer;
import io.tailrace.http.HttpSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether a command speaks to a server, or to one that it starts for its own time on the data directory of a node that is stopped. */
final class ServerOrDirectory {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = {
                "The data directory of a node that was alone and is stopped; it is started for as long as this takes.",
                "Without it the server at --url is asked."
            })
    private @Nullable Path dataDirectory;

    /** The server, to be closed. */
    record Opened(
            Server server,
            @Nullable EmbeddedNode node,
            @Nullable HttpServer door) implements AutoCloseable {
        @Override
        public void close() {
            if (door != null) {
                EmbeddedNode.await(door.close());
            }
            if (node != null) {
                node.close();
            }
        }
    }

    Opened open() {
        Path directory = dataDirectory;
        if (directory == null) {
            return new Opened(options.server(), null, null);
        }
        if (!Files.exists(directory.resolve("tailrace.node"))) {
            throw new ParameterException(
                    spec.commandLine(), directory + " is no data directory of a node (it has no tailrace.node).");
        }
        EmbeddedNode node = EmbeddedNode.start(
                ConfigFactory.parseMap(Map.of("tailrace.data-dir", directory.toString(), "tailrace.http.port", 0)));
        try {
            HttpServer door = EmbeddedNode.await(HttpServer.start(
                    node.tailrace(), HttpSettings.of(ConfigFactory.empty()).withPort(0)));
            return new Opened(
                    new Server(URI.create("http://127.0.0.1:" + door.address().getPort())), node, door);
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }
}
