package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.ScrubReport;
import io.tailrace.engine.partition.ScrubReport.Finding;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/scrub}, {@code /v1/topics/{t}/scrub}: the look for damage in the replicas on the node that is asked, what it has found, and a
 * round at once.
 */
final class ScrubRoutes implements Routes {
    private final ServedNode node;

    ScrubRoutes(ServedNode node) {
        this.node = node;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.equals(List.of("v1", "scrub"))) {
            return Resource.of(
                            "GET",
                            Media.json(request -> CompletableFuture.completedFuture(
                                    json(node.tailrace().scrubber().report()))))
                    .and("POST", Media.json(request -> told(request).thenApply(body -> begin(name -> true))));
        }
        boolean topic = path.size() == 4
                && path.get(0).equals("v1")
                && path.get(1).equals("topics")
                && path.get(3).equals("scrub");
        return topic
                ? Resource.of("POST", Media.json(request -> told(request).thenCompose(body -> begin(path.get(2)))))
                : null;
    }

    private CompletionStage<byte[]> told(HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request);
    }

    private CompletionStage<HttpResponse> begin(String name) {
        return node.tailrace()
                .topics()
                .describe(name)
                .thenApply(topic ->
                        begin(replica -> PartitionId.parse(replica).topicId().equals(topic.id())));
    }

    private HttpResponse begin(Predicate<String> which) {
        return json(node.tailrace().scrubber().ask(which));
    }

    private HttpResponse json(ScrubReport report) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, Json.object(json -> {
            json.writeStringField("node", node.tailrace().nodeName());
            json.writeBooleanField("asked", report.isAsked());
            json.writeNumberField("askedRounds", report.askedRounds());
            json.writeNumberField("rounds", report.rounds());
            json.writeNumberField("replicas", report.replicas());
            json.writeNumberField("replicasDone", report.replicasDone());
            json.writeNumberField("bytes", report.bytes());
            json.writeNumberField("found", report.found());
            json.writeNumberField("mended", report.mended());
            json.writeNumberField("reopened", report.reopened());
            json.writeArrayFieldStart("findings");
            for (Finding finding : report.findings()) {
                finding(json, finding);
            }
            json.writeEndArray();
        })));
    }

    private static void finding(JsonGenerator json, Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("partition", finding.partition());
        json.writeStringField("kind", finding.damage().kind().name().toLowerCase(Locale.ROOT));
        json.writeStringField("file", String.valueOf(finding.damage().file().getFileName()));
        json.writeNumberField("offset", finding.damage().offset());
        json.writeNumberField("endOffset", finding.damage().endOffset());
        json.writeNumberField("position", finding.damage().position());
        json.writeStringField("what", finding.damage().what());
        json.writeStringField("outcome", finding.outcome().name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
    }
}
