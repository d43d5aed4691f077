package io.tailrace.http;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /v1/topics}: topics are listed, created, described, changed and deleted, and their records deleted. */
final class TopicRoutes implements Routes {
    private final ServedNode node;

    TopicRoutes(ServedNode node) {
        this.node = node;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.size() < 2 || !path.get(0).equals("v1") || !path.get(1).equals("topics")) {
            return null;
        }
        if (path.size() == 2) {
            return Resource.of("GET", Media.json(request -> list())).and("POST", Media.json(this::create));
        }
        String topic = path.get(2);
        if (path.size() == 3) {
            return Resource.of("GET", Media.json(request -> describe(topic)))
                    .and("PATCH", Media.json(request -> alter(topic, request)))
                    .and("DELETE", request -> delete(topic));
        }
        if (path.size() == 6 && path.get(3).equals("partitions") && path.get(5).equals("delete-records")) {
            return Resource.of("POST", Media.json(request -> deleteRecords(topic, path.get(4), request)));
        }
        return null;
    }

    private Topics topics() {
        return node.tailrace().topics();
    }

    private CompletionStage<HttpResponse> list() {
        return topics().list().thenApply(all -> json(TopicJson.list(all)));
    }

    private CompletionStage<HttpResponse> create(HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request)
                .thenCompose(body -> topics().create(TopicRequests.newTopic(body)))
                .thenCompose(this::described)
                .thenApply(topic -> json(topic.bytes())
                        .withStatus(StatusCodes.CREATED)
                        .addHeader(RawHeader.create("Location", "/v1/topics/" + topic.name())));
    }

    private CompletionStage<HttpResponse> describe(String name) {
        return topics().describe(name).thenCompose(this::described).thenApply(topic -> json(topic.bytes()));
    }

    private CompletionStage<HttpResponse> alter(String name, HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request)
                .thenCompose(body -> topics().alter(name, TopicRequests.change(body)))
                .thenCompose(this::described)
                .thenApply(topic -> json(topic.bytes()));
    }

    private CompletionStage<HttpResponse> delete(String name) {
        return topics().delete(name).thenApply(topic -> HttpResponse.create().withStatus(StatusCodes.NO_CONTENT));
    }

    private CompletionStage<HttpResponse> deleteRecords(String name, String partition, HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request).thenCompose(body -> {
            long before = TopicRequests.beforeOffset(body);
            return topics().describe(name).thenCompose(topic -> {
                int number = partitionOf(topic, partition);
                return node.tailrace()
                        .partitions()
                        .deleteRecords(topic.partition(number), before)
                        .thenApply(left -> json(TopicJson.offsets(number, left)));
            });
        });
    }

    /** The number of one of a topic's partitions; MALFORMED_REQUEST or UNKNOWN_PARTITION. */
    static int partitionOf(Topic topic, String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw Json.malformed("'" + Json.shown(text, 30) + "' is no partition: give its number, from 0.");
        }
        return partitionOf(topic, Integer.parseInt(text));
    }

    static int partitionOf(Topic topic, int number) {
        if (number >= topic.partitions()) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "Topic " + topic.name() + " has the partitions 0 to " + (topic.partitions() - 1) + ", not " + number
                            + ": choose one of them.");
        }
        return number;
    }

    private record Described(String name, ByteString bytes) {}

    private CompletionStage<Described> described(Topic topic) {
        List<CompletableFuture<Optional<Partition.Description>>> all = new ArrayList<>();
        for (int i = 0; i < topic.partitions(); i++) {
            all.add(node.tailrace()
                    .partitions()
                    .describe(topic.partition(i))
                    .thenApply(Optional::of)
                    .exceptionally(TopicRoutes::leaderless)
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> new Described(
                        topic.name(),
                        TopicJson.single(
                                topic, all.stream().map(CompletableFuture::join).toList(), node.tailrace()::nodeName)));
    }

    /** That nobody leads one partition is no reason to say nothing of the others. */
    private static Optional<Partition.Description> leaderless(Throwable failure) {
        TailraceException why = Failures.named(failure);
        if (why.code().retriable()) {
            return Optional.empty();
        }
        throw why;
    }

    private static HttpResponse json(ByteString body) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, body));
    }
}
