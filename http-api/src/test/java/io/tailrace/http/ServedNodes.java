package io.tailrace.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;

/** A node in a directory of the test's, with its HTTP server, and a client of it. */
final class ServedNodes implements AutoCloseable {
    private final Tailrace tailrace;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    ServedNodes(Path directory) {
        this(directory, Map.of());
    }

    ServedNodes(Path directory, Map<String, ?> settings) {
        this.tailrace = Tailrace.start(directory);
        Config config = ConfigFactory.parseMap(settings)
                .withFallback(ConfigFactory.parseString("tailrace.http.port = 0"))
                .withFallback(ConfigFactory.load());
        this.server = HttpServer.start(tailrace, HttpSettings.of(config))
                .toCompletableFuture()
                .join();
    }

    Tailrace tailrace() {
        return tailrace;
    }

    HttpServer server() {
        return server;
    }

    InetSocketAddress address() {
        return server.address();
    }

    HttpClient client() {
        return client;
    }

    ServedNodes withTopic(String name, int partitions) {
        tailrace.topics()
                .create(NewTopic.of(name, partitions))
                .toCompletableFuture()
                .join();
        return this;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address().getPort() + path));
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    HttpResponse<String> post(String path, String type, String body) {
        return send(request(path).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close().toCompletableFuture().join();
        tailrace.close();
    }
}
