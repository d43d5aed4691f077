package io.tailrace.http;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SharedKillSwitch;
import org.jspecify.annotations.Nullable;

/** {@code /v1/topics/{t}/partitions/{p}/batches}: the records of a partition as they lie on disk, read and appended: what export and import use. */
final class BatchRoutes implements Routes {
    private final ServedNode node;
    private final BatchReads reads;
    private final BatchAppends appends;

    BatchRoutes(ServedNode node, SharedKillSwitch streams) {
        this.node = node;
        this.reads = new BatchReads(node, streams);
        this.appends = new BatchAppends(node);
    }

    /** What is done with one partition. */
    private interface Handler {
        CompletionStage<HttpResponse> handle(PartitionId partition, HttpRequest request);
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        boolean batches = path.size() == 6
                && path.get(0).equals("v1")
                && path.get(1).equals("topics")
                && path.get(3).equals("partitions")
                && path.get(5).equals("batches");
        if (!batches) {
            return null;
        }
        if (node.isClosing()) {
            throw ServedNode.notReady();
        }
        return Resource.of("GET", request -> of(path, request, reads::read))
                .and("POST", request -> of(path, request, appends::append));
    }

    private CompletionStage<HttpResponse> of(List<String> path, HttpRequest request, Handler handler) {
        return node.tailrace()
                .topics()
                .describe(path.get(2))
                .thenCompose(
                        topic -> handler.handle(topic.partition(TopicRoutes.partitionOf(topic, path.get(4))), request));
    }
}
