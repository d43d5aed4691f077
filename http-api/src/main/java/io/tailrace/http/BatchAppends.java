package io.tailrace.http;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Appends batches that the client has built, as the idempotent producer that it is (KIP-98): the same request sent again stores nothing twice, as long as it has no
 * more batches than a partition remembers of a producer.
 */
final class BatchAppends {
    /** As many as a partition remembers of a producer. */
    private static final int MOST_BATCHES = 5;
    /** What the records of one batch may decompress to. */
    private static final int MAX_RECORDS_BYTES = 64 << 20;

    private final ServedNode node;

    BatchAppends(ServedNode node) {
        this.node = node;
    }

    CompletionStage<HttpResponse> append(PartitionId partition, HttpRequest request) {
        Media.requireAccepted(request, Media.JSON);
        Media.requirePlain(request);
        Parameters.of(request);
        if (!Media.is(request, Media.BYTES)) {
            throw Media.unsupported(request, "application/octet-stream");
        }
        return Bodies.readBytes(node, request).thenCompose(body -> {
            List<RecordBatch> batches = batches(ByteBuffer.wrap(body));
            List<CompletableFuture<Appended>> answers = new ArrayList<>();
            batches.forEach(batch -> answers.add(
                    node.tailrace().partitions().append(partition, batch).toCompletableFuture()));
            return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                    .handle((all, failure) -> response(batches, answers));
        });
    }

    private static List<RecordBatch> batches(ByteBuffer body) {
        List<RecordBatch> batches = new ArrayList<>();
        while (body.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(body);
            body.position(body.position() + batch.sizeInBytes());
            batch.ensureWellFormed(MAX_RECORDS_BYTES);
            if (!batch.hasProducerId()) {
                throw Json.malformed("A batch has no producer id: without it nobody could send it again safely.");
            }
            batches.add(batch);
        }
        if (batches.isEmpty() || batches.size() > MOST_BATCHES) {
            throw Json.malformed("The body has " + batches.size() + " batches: send 1 to " + MOST_BATCHES + ".");
        }
        return batches;
    }

    private static HttpResponse response(List<RecordBatch> batches, List<CompletableFuture<Appended>> answers) {
        TailraceException failure = failure(answers);
        if (failure != null) {
            return Problem.of(failure).response();
        }
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, Json.object(json -> {
            json.writeArrayFieldStart("batches");
            for (int i = 0; i < batches.size(); i++) {
                long offset = answers.get(i).join().baseOffset();
                json.writeStartObject();
                if (offset < 0) {
                    json.writeNullField("base_offset");
                } else {
                    json.writeNumberField("base_offset", offset);
                }
                json.writeNumberField("records", batches.get(i).recordCount());
                json.writeEndObject();
            }
            json.writeEndArray();
        })));
    }

    /** The first that nothing can be done about, else the first at all: those behind one that fails are out of order. */
    private static @Nullable TailraceException failure(List<CompletableFuture<Appended>> answers) {
        TailraceException first = null;
        for (CompletableFuture<Appended> answer : answers) {
            TailraceException failure = answer.handle((appended, why) -> why == null ? null : Problem.known(why))
                    .join();
            if (failure != null && !failure.code().retriable()) {
                return failure;
            }
            first = first == null ? failure : first;
        }
        return first;
    }
}
