package io.tailrace.http;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replica;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/topics/{t}/partitions/{p}/replica}: the replica on the node that is asked, how it stands, and its unclean recovery. The
 * one resource of which the nodes do not all say the same.
 */
final class ReplicaRoutes implements Routes {
    private final ServedNode node;

    ReplicaRoutes(ServedNode node) {
        this.node = node;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        boolean partition = path.size() >= 6
                && path.get(0).equals("v1")
                && path.get(1).equals("topics")
                && path.get(3).equals("partitions")
                && path.get(5).equals("replica");
        if (!partition) {
            return null;
        }
        if (path.size() == 6) {
            return Resource.of("GET", Media.json(request -> standing(path.get(2), path.get(4))));
        }
        return path.size() == 7 && path.get(6).equals("recover-uncleanly")
                ? Resource.of("POST", Media.json(request -> recover(path.get(2), path.get(4), request)))
                : null;
    }

    private CompletionStage<HttpResponse> standing(String topic, String partition) {
        return answered(topic, partition, node.tailrace().partitions()::replica);
    }

    private CompletionStage<HttpResponse> recover(String topic, String partition, HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request).thenCompose(body -> {
            requireAcceptance(body);
            return answered(topic, partition, node.tailrace().partitions()::recoverUncleanly);
        });
    }

    /** Nobody is to come by this by mistake. */
    private static void requireAcceptance(byte[] body) {
        boolean[] accepted = {false};
        ObjectReader.readBody(body, (field, value) -> {
            if (!field.equals("accept_data_loss")) {
                return false;
            }
            accepted[0] = ObjectReader.flag(value, "accept_data_loss");
            return true;
        });
        if (!accepted[0]) {
            throw Json.malformed("'accept_data_loss' has to be true: what was acknowledged may be lost by this.");
        }
    }

    private CompletionStage<HttpResponse> answered(
            String name, String partition, Function<PartitionId, CompletionStage<Replica.Standing>> question) {
        return node.tailrace().topics().describe(name).thenCompose(topic -> {
            int number = TopicRoutes.partitionOf(topic, partition);
            return question.apply(topic.partition(number)).thenApply(standing -> json(topic, number, standing));
        });
    }

    private HttpResponse json(Topic topic, int partition, Replica.Standing standing) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, Json.object(json -> {
            json.writeStringField("topic", topic.name());
            json.writeNumberField("partition", partition);
            json.writeStringField("node", node.tailrace().nodeName());
            json.writeBooleanField("votes", standing.votes());
            json.writeBooleanField("leads", standing.leads());
            json.writeNumberField("lastEpoch", standing.position().lastEpoch());
            json.writeNumberField("endOffset", standing.position().endOffset());
            json.writeNumberField("highWatermark", standing.highWatermark());
        })));
    }
}
