package io.tailrace.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.TopicSettings;
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
    static final String JSON = "application/json";
    static final String NDJSON = "application/x-ndjson";

    private final WatchedTailrace watched;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    ServedNodes(Path directory) {
        this(directory, Map.of());
    }

    ServedNodes(Path directory, Map<String, ?> settings) {
        this(directory, settings, Map.of());
    }

    /** With settings of the server and of the node. */
    ServedNodes(Path directory, Map<String, ?> settings, Map<String, ?> ofNode) {
        this.watched = new WatchedTailrace(Tailrace.start(ConfigFactory.parseMap(ofNode)
                .withFallback(ConfigFactory.parseMap(
                        Map.of("tailrace.data-dir", directory.toString(), "tailrace.flush", "os")))));
        this.server = serve(settings);
    }

    /** Another server of the same node. */
    HttpServer serve(Map<String, ?> settings) {
        Config config =
                ConfigFactory.parseMap(settings).withFallback(ConfigFactory.parseMap(Map.of("tailrace.http.port", 0)));
        return HttpServer.start(watched.tailrace(), HttpSettings.of(config))
                .toCompletableFuture()
                .join();
    }

    WatchedTailrace watched() {
        return watched;
    }

    Tailrace tailrace() {
        return watched.tailrace();
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
        tailrace()
                .topics()
                .create(NewTopic.of(name, partitions))
                .toCompletableFuture()
                .join();
        return this;
    }

    /** Whose records never go by age: those of tests are as old as 1970, and a slow test would see them go. */
    ServedNodes withTopicThatKeeps(String name, int partitions) {
        tailrace()
                .topics()
                .create(NewTopic.of(name, partitions)
                        .withSettings(TopicSettings.DEFAULT.with(Map.of("retention.ms", "-1"))))
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

    /** Posts lines and returns the lines of the answer. */
    java.util.List<String> produce(String topic, String lines) {
        return post("/v1/topics/" + topic + "/records", NDJSON, lines)
                .body()
                .lines()
                .toList();
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
        tailrace().close();
    }
}
