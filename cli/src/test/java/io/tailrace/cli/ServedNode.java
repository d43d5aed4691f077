package io.tailrace.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.http.HttpServer;
import io.tailrace.http.HttpSettings;
import java.nio.file.Path;
import java.util.Map;

/** A node with its HTTP server in this process, on a free port. */
final class ServedNode implements AutoCloseable {
    private final EmbeddedNode node;
    private final HttpServer server;

    ServedNode(Path dataDirectory) {
        Config settings = ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                dataDirectory.toString(),
                "tailrace.http.port",
                0,
                "tailrace.http.close-timeout",
                "100 ms"));
        node = EmbeddedNode.start(settings);
        server = EmbeddedNode.await(HttpServer.start(node.tailrace(), HttpSettings.of(settings)));
    }

    /** The node itself, for consumers that commit. */
    Tailrace tailrace() {
        return node.tailrace();
    }

    String url() {
        return "http://127.0.0.1:" + server.address().getPort();
    }

    @Override
    public void close() {
        EmbeddedNode.await(server.close());
        node.close();
    }
}
