package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.quota.QuotaKind;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerSettings;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /v1/topics/{t}/records}: records are produced and read. */
final class RecordRoutes implements Routes {
    /** Batches of lines that a producing connection has unreported at most; see {@link LineStage} for their size. */
    private static final int UNREPORTED_BATCHES = 16;

    private static final long PRODUCER_BUFFER_BYTES = 8 << 20;
    /** Records of one body that are on their way at once. */
    private static final int SENDS = 1000;

    private final ServedNode node;
    private final SharedKillSwitch streams;
    private final RecordReads reads;
    private final Quoted quoted;

    RecordRoutes(ServedNode node, SharedKillSwitch streams) {
        this.node = node;
        this.streams = streams;
        this.quoted = new Quoted(node);
        this.reads = new RecordReads(node, streams, quoted);
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.size() != 4
                || !path.get(0).equals("v1")
                || !path.get(1).equals("topics")
                || !path.get(3).equals("records")) {
            return null;
        }
        if (node.isClosing()) {
            throw ServedNode.notReady();
        }
        String topic = path.get(2);
        return Resource.of("GET", request -> topic(topic).thenCompose(found -> reads.read(found, request)))
                .and("POST", request -> produce(topic, request));
    }

    private CompletionStage<Topic> topic(String name) {
        return node.tailrace().topics().describe(name);
    }

    private CompletionStage<HttpResponse> produce(String name, HttpRequest request) {
        Media.requirePlain(request);
        String clientId = Quoted.clientId(request);
        if (Media.is(request, Media.NDJSON)) {
            Media.requireAccepted(request, Media.NDJSON);
            Parameters parameters = Parameters.of(request, "report", "compression");
            boolean failuresOnly = failuresOnly(parameters);
            Optional<Compression> compression = compression(parameters);
            return topic(name).thenApply(topic -> produceLines(topic, request, clientId, failuresOnly, compression));
        }
        if (Media.is(request, Media.JSON)) {
            Media.requireAccepted(request, Media.JSON);
            Parameters.of(request);
            return topic(name).thenCompose(topic -> Bodies.read(node, request)
                    .thenCompose(body -> produceBody(topic, request, clientId, body)));
        }
        throw Media.unsupported(request, "application/json or application/x-ndjson");
    }

    private static boolean failuresOnly(Parameters parameters) {
        String report = parameters.single("report");
        if (report != null && !report.equals("failures") && !report.equals("all")) {
            throw Json.malformed("report is '" + Json.shown(report, 30) + "': give all or failures.");
        }
        return "failures".equals(report);
    }

    /** Of the batches that the lines become; empty: the node's, or else the topic's. */
    private static Optional<Compression> compression(Parameters parameters) {
        String name = parameters.single("compression");
        if (name == null) {
            return Optional.empty();
        }
        for (Compression compression : Compression.values()) {
            if (compression.name().toLowerCase(Locale.ROOT).equals(name)) {
                return Optional.of(compression);
            }
        }
        throw Json.malformed("compression is '" + Json.shown(name, 30) + "': give none, gzip, snappy, lz4 or zstd.");
    }

    private HttpResponse produceLines(
            Topic topic,
            HttpRequest request,
            String clientId,
            boolean failuresOnly,
            Optional<Compression> compression) {
        ProducerSettings<byte[], byte[]> defaults = TopicProducers.settings(node.tailrace(), node.settings())
                .withClientId(clientId)
                .withParallelism(UNREPORTED_BATCHES)
                .withBufferBytes(PRODUCER_BUFFER_BYTES);
        ProducerSettings<byte[], byte[]> settings =
                compression.map(defaults::withCompression).orElse(defaults);
        Flow<ByteString, ByteString, NotUsed> production = Flow.of(ByteString.class)
                .via(streams.flow())
                .via(new LineStage(
                        () -> new RecordParser(topic), node.settings().maxLineBytes()))
                .via(Producer.flexiFlow(settings))
                .via(new ReportStage(failuresOnly));
        Source<ByteString, Object> reports =
                WholeBodyStage.bytesOf(request.entity()).via(production);
        return quoted.announcing(
                QuotaKind.PRODUCE,
                clientId,
                HttpResponse.create().withEntity(HttpEntities.createChunked(Media.NDJSON, reports)));
    }

    /** All requests share a producer for each topic, which knows of no client: so what a client has used up is waited for here. */
    private CompletionStage<HttpResponse> produceBody(Topic topic, HttpRequest request, String clientId, byte[] body) {
        RecordBody records = RecordBody.of(topic, body);
        return quoted.reserve(clientId, records.sizeInBytes(), request)
                .thenCompose(waited -> store(topic, records).thenApply(response -> Quoted.told(response, waited)));
    }

    private CompletionStage<HttpResponse> store(Topic topic, RecordBody records) {
        if (!records.isList()) {
            RecordBody.Item only = records.items().get(0);
            return send(topic, only).thenApply(RecordRoutes::single);
        }
        return Source.from(records.items())
                .mapAsync(SENDS, item -> send(topic, item))
                .runWith(Sink.seq(), node.tailrace().system())
                .thenApply(RecordRoutes::several);
    }

    /** Sends a record that could be read; never fails. */
    private CompletionStage<RecordBody.Item> send(Topic topic, RecordBody.Item item) {
        var record = item.record();
        if (record == null) {
            return CompletableFuture.completedFuture(item);
        }
        return node.producers()
                .of(topic)
                .send(record)
                .handle((where, failure) -> failure == null ? item.stored(where) : item.failed(Problem.known(failure)));
    }

    private static HttpResponse single(RecordBody.Item item) {
        TailraceException error = item.error();
        if (error != null) {
            return Problem.of(error).response();
        }
        return json(Json.object(json -> writeReport(json, item)));
    }

    private static HttpResponse several(List<RecordBody.Item> items) {
        return json(Json.object(json -> {
            json.writeArrayFieldStart("records");
            for (int i = 0; i < items.size(); i++) {
                json.writeStartObject();
                json.writeNumberField("line", i + 1);
                writeReport(json, items.get(i));
                json.writeEndObject();
            }
            json.writeEndArray();
        }));
    }

    private static void writeReport(JsonGenerator json, RecordBody.Item item) throws IOException {
        TailraceException error = item.error();
        var where = item.where();
        if (where != null) {
            ReportStage.writePlace(json, where);
        } else {
            ErrorCode code = error == null ? ErrorCode.INTERNAL_ERROR : error.code();
            Problem.writeError(json, code, error == null ? "" : String.valueOf(error.getMessage()));
        }
    }

    private static HttpResponse json(ByteString body) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, body));
    }
}
