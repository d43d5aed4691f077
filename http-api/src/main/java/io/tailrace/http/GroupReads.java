package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/groups/{g}/consumers/{c}}: who reads {@code records} is a member of the group for as long as that answer goes on, and
 * commits by {@code commit}, of the same node. Nothing is committed that the client has not asked for: what a connection took with
 * it when it broke is read again.
 */
final class GroupReads implements Routes {
    /** Records that a consumer is sent and has not committed, at most. */
    static final int MAX_UNCOMMITTED = 10_000;

    /** Partitions that are named in a problem's text. */
    private static final int SHOWN = 3;

    private record Name(String group, String consumer) {}

    private final ServedNode node;
    private final SharedKillSwitch streams;
    private final PartitionQuestions questions;
    private final ConcurrentMap<Name, GroupConsumer> consumers = new ConcurrentHashMap<>();

    GroupReads(ServedNode node, SharedKillSwitch streams) {
        this.node = node;
        this.streams = streams;
        this.questions = new PartitionQuestions(node);
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.size() != 6
                || !path.get(0).equals("v1")
                || !path.get(1).equals("groups")
                || !path.get(3).equals("consumers")) {
            return null;
        }
        if (node.isClosing()) {
            throw ServedNode.notReady();
        }
        Name name = new Name(path.get(2), path.get(4));
        return switch (path.get(5)) {
            case "records" -> Resource.of("POST", request -> read(name, request));
            case "commit" -> Resource.of("POST", Media.json(request -> commit(name, request)));
            default -> null;
        };
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    private CompletionStage<HttpResponse> read(Name name, HttpRequest request) {
        Media.requireAccepted(request, Media.NDJSON);
        // Who reads takes part: that is no GET, which any page of a stranger's site could send.
        Media.requireJson(request);
        Parameters.of(request);
        String given = Quoted.clientId(request);
        String clientId = given.isEmpty() ? name.consumer() : given;
        return Bodies.read(node, request).thenCompose(body -> {
            GroupReadRequest wish = GroupReadRequest.of(body);
            if (consumers.containsKey(name)) {
                throw taken(name);
            }
            // A topic that is not there could come later, but is misspelt more often.
            return questions
                    .<String, Topic>each(
                            wish.topics(), topic -> node.tailrace().topics().describe(topic))
                    .thenCompose(found -> wish.untilEnd()
                            ? UntilEnd.now(node, questions, name.group(), found).thenApply(Optional::of)
                            : Bodies.done(Optional.<UntilEnd>empty()))
                    .thenApply(end -> HttpResponse.create()
                            .withEntity(HttpEntities.createChunked(
                                    Media.NDJSON,
                                    lines(name, clientId, wish, end, ConnectionStage.clientGone(request)))));
        });
    }

    private Source<ByteString, NotUsed> lines(
            Name name,
            String clientId,
            GroupReadRequest wish,
            Optional<UntilEnd> until,
            CompletionStage<Done> clientGone) {
        ConsumerSettings<ByteBuffer, ByteBuffer> settings = settings(name, clientId, wish);
        Uncommitted uncommitted = new Uncommitted(MAX_UNCOMMITTED);
        return Consumer.committableSource(settings, Subscriptions.topics(wish.topics()))
                .via(new UncommittedStage(uncommitted))
                .watchTermination((control, done) -> {
                    GroupConsumer consumer = new GroupConsumer(node.tailrace(), control, uncommitted);
                    if (consumers.putIfAbsent(name, consumer) != null) {
                        // Two came at the same time.
                        consumer.end();
                    }
                    clientGone.whenComplete((gone, failure) -> end(name, consumer));
                    done.whenComplete((ended, failure) -> end(name, consumer));
                    until.ifPresent(ends -> ends.watch(consumer, uncommitted, done, () -> end(name, consumer)));
                    return NotUsed.getInstance();
                })
                .via(streams.flow())
                .via(RecordLineStage.withTopics(wish.data()));
    }

    private ConsumerSettings<ByteBuffer, ByteBuffer> settings(Name name, String clientId, GroupReadRequest wish) {
        ConsumerSettings<ByteBuffer, ByteBuffer> settings = ConsumerSettings.create(
                        node.tailrace(), Serdes.byteBuffers(), Serdes.byteBuffers())
                .withGroupId(name.group())
                .withClientId(clientId)
                .withAutoOffsetReset(wish.from());
        String instance = wish.groupInstanceId();
        return instance == null ? settings : settings.withGroupInstanceId(instance);
    }

    /** Its name is free before the group is seen without it. */
    private void end(Name name, GroupConsumer consumer) {
        consumers.remove(name, consumer);
        consumer.end();
    }

    // --- committing --------------------------------------------------------------------------------------------------

    private CompletionStage<HttpResponse> commit(Name name, HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request).thenCompose(body -> {
            Map<TopicPartition, Long> offsets = offsets(body);
            GroupConsumer consumer = consumers.get(name);
            if (consumer == null) {
                throw new TailraceException(
                        ErrorCode.NOT_FOUND,
                        "No consumer '" + Json.shown(name.consumer(), 60) + "' of group '"
                                + Json.shown(name.group(), 60)
                                + "' reads from this node at the moment: what it has not committed is read again by its group.");
            }
            return consumer.commit(offsets)
                    .thenApply(refused -> refused.isEmpty()
                            ? HttpResponse.create().withStatus(StatusCodes.NO_CONTENT)
                            : refusal(refused, offsets.size()).response());
        });
    }

    private static Problem refusal(Map<TopicPartition, Long> refused, int all) {
        String others = refused.size() < all ? " Of the other partitions the offsets are committed." : "";
        return new Problem(
                ErrorTable.status(ErrorCode.STALE_COMMIT),
                ErrorCode.STALE_COMMIT,
                "Not committed: " + shown(refused.keySet())
                        + ", of which this consumer has been sent nothing, or which another has by"
                        + " now and reads again from what is committed." + others,
                json -> {
                    json.writeArrayFieldStart("refused");
                    for (Map.Entry<TopicPartition, Long> each : refused.entrySet()) {
                        json.writeStartObject();
                        json.writeStringField("topic", each.getKey().topic());
                        json.writeNumberField("partition", each.getKey().partition());
                        json.writeNumberField("offset", each.getValue());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                });
    }

    private static String shown(Set<TopicPartition> partitions) {
        String first = partitions.stream()
                .map(TopicPartition::toString)
                .sorted()
                .limit(SHOWN)
                .collect(Collectors.joining(", "));
        return Json.shown(first, 200)
                + (partitions.size() > SHOWN ? " and " + (partitions.size() - SHOWN) + " more" : "");
    }

    private static Map<TopicPartition, Long> offsets(byte[] body) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        ObjectReader.readBody(body, (field, value) -> {
            if (!field.equals("offsets")) {
                return false;
            }
            ObjectReader.require(value, JsonToken.START_ARRAY, field, "an array");
            while (value.nextToken() != JsonToken.END_ARRAY) {
                readOffset(value, offsets);
                GroupSelection.requireFew(offsets.keySet());
            }
            return true;
        });
        if (offsets.isEmpty()) {
            throw Json.malformed("The field 'offsets' is missing, or empty: give what is to be committed.");
        }
        return offsets;
    }

    private static void readOffset(JsonParser json, Map<TopicPartition, Long> offsets) throws IOException {
        String[] topic = {""};
        long[] numbers = {-1, -1};
        ObjectReader.read(json, "an offset", (field, value) -> {
            switch (field) {
                case "topic" -> topic[0] = ObjectReader.text(value, field);
                case "partition" -> numbers[0] = ObjectReader.number(value, field, 0, Integer.MAX_VALUE);
                case "offset" -> numbers[1] = ObjectReader.number(value, field, 0, Long.MAX_VALUE);
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (topic[0].isEmpty() || numbers[0] < 0 || numbers[1] < 0) {
            throw Json.malformed(
                    "An offset is incomplete: give {\"topic\":NAME,\"partition\":NUMBER,\"offset\":NEXT TO READ}.");
        }
        offsets.merge(new TopicPartition(topic[0], (int) numbers[0]), numbers[1], Math::max);
    }

    private static TailraceException taken(Name name) {
        return new TailraceException(
                ErrorCode.INVALID_ARGUMENT,
                "A consumer '" + Json.shown(name.consumer(), 60) + "' of group '" + Json.shown(name.group(), 60)
                        + "' reads from this node already: each needs a name of its own.");
    }
}
