package io.tailrace.http;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.quota.QuotaKind;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.http.ReadRequest.AtOffset;
import io.tailrace.http.ReadRequest.AtTime;
import io.tailrace.http.ReadRequest.Earliest;
import io.tailrace.http.ReadRequest.Latest;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.ManualSubscription;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscription;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Answers requests for records. Where each partition begins and ends is settled before the response begins: what is out of range
 * is said with a status, and what is produced after the response has begun is read by a request from {@code latest}.
 */
final class RecordReads {
    /** What a partition holds, and where to begin in it. */
    private record Place(OffsetRange range, long start) {}

    private final ServedNode node;
    private final SharedKillSwitch streams;
    private final Quoted quoted;

    RecordReads(ServedNode node, SharedKillSwitch streams, Quoted quoted) {
        this.node = node;
        this.streams = streams;
        this.quoted = quoted;
    }

    CompletionStage<HttpResponse> read(Topic topic, HttpRequest http) {
        Media.requireAccepted(http, Media.NDJSON);
        String clientId = Quoted.clientId(http);
        ReadRequest request =
                ReadRequest.of(Parameters.of(http, ReadRequest.PARAMETERS), topic, InstantSource.system());
        Map<Integer, CompletableFuture<Place>> places = new LinkedHashMap<>();
        request.partitions()
                .forEach(partition -> places.put(
                        partition, place(topic, partition, request.from()).toCompletableFuture()));
        return CompletableFuture.allOf(places.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    Map<Integer, Place> found = new LinkedHashMap<>();
                    places.forEach((partition, place) -> found.put(partition, place.join()));
                    HttpResponse response = respond(topic, request, clientId, found, ConnectionStage.clientGone(http));
                    return quoted.announcing(QuotaKind.CONSUME, clientId, response);
                });
    }

    private CompletionStage<Place> place(Topic topic, int partition, ReadRequest.From from) {
        PartitionReader reader = node.tailrace().partitions().reader(topic.partition(partition));
        return reader.offsets()
                .thenCompose(range -> start(reader, from, range).thenApply(start -> new Place(range, start)))
                .whenComplete((place, failure) -> reader.close());
    }

    private static CompletionStage<Long> start(PartitionReader reader, ReadRequest.From from, OffsetRange range) {
        if (from instanceof AtTime at) {
            return reader.offsetForTime(at.millis()).thenApply(found -> found.orElse(range.endOffset()));
        }
        if (from instanceof AtOffset at) {
            return CompletableFuture.completedFuture(at.offset());
        }
        return CompletableFuture.completedFuture(from instanceof Latest ? range.endOffset() : range.startOffset());
    }

    private HttpResponse respond(
            Topic topic,
            ReadRequest request,
            String clientId,
            Map<Integer, Place> places,
            CompletionStage<Done> clientGone) {
        if (request.from() instanceof AtOffset at) {
            OffsetRange range = places.values().iterator().next().range();
            if (at.offset() < range.startOffset() || at.offset() > range.endOffset()) {
                return outOfRange(at.offset(), range).response();
            }
        }
        // A client that has closed its side may still want what ends by itself. What does not would wait for ever.
        CompletionStage<Done> cut = request.untilEnd() ? new CompletableFuture<>() : clientGone;
        return HttpResponse.create()
                .withEntity(HttpEntities.createChunked(
                        Media.NDJSON,
                        records(clientId, subscription(topic, request, places))
                                .mapMaterializedValue(control -> cut.thenCompose(done -> control.shutdown()))
                                .via(streams.flow())
                                .via(RecordLineStage.withoutTopics(request.data(), request.limit()))));
    }

    private Source<ConsumerRecord<ByteBuffer, ByteBuffer>, Consumer.Control> records(
            String clientId, Subscription subscription) {
        return Consumer.plainSource(
                ConsumerSettings.create(node.tailrace(), Serdes.byteBuffers(), Serdes.byteBuffers())
                        .withClientId(clientId),
                subscription);
    }

    private static Subscription subscription(Topic topic, ReadRequest request, Map<Integer, Place> places) {
        Map<TopicPartition, Long> starts = new LinkedHashMap<>();
        Map<TopicPartition, Long> ends = new LinkedHashMap<>();
        places.forEach((number, place) -> {
            TopicPartition partition = new TopicPartition(topic.name(), number);
            starts.put(partition, place.start());
            ends.put(partition, place.range().endOffset());
        });
        // From the earliest on, a start that retention moves meanwhile is no error.
        ManualSubscription subscription = request.from() instanceof Earliest
                ? Subscriptions.assignment(starts.keySet())
                : Subscriptions.assignmentWithOffset(starts);
        return request.untilEnd() ? subscription.until(ends) : subscription;
    }

    static Problem outOfRange(long offset, OffsetRange range) {
        return new Problem(
                ErrorTable.status(ErrorCode.OFFSET_OUT_OF_RANGE),
                ErrorCode.OFFSET_OUT_OF_RANGE,
                "Offset " + offset + " is not there: the partition has " + range.startOffset() + " to "
                        + range.endOffset() + ".",
                json -> {
                    json.writeNumberField("start_offset", range.startOffset());
                    json.writeNumberField("end_offset", range.endOffset());
                });
    }
}
