package io.tailrace.http;

import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.VisibleBatches;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Answers with the batches of a partition. From where to where is settled before the answer begins, and said in two headers; one fetch is in memory at a
 * time, and the next is asked for when the client has taken that.
 */
final class BatchReads {
    private static final int FETCH_BYTES = 1 << 20;
    /** Only a batch that reaches over an end of what was asked for is decompressed. */
    private static final int MAX_RECORDS_BYTES = 256 << 20;

    private final ServedNode node;
    private final SharedKillSwitch streams;

    BatchReads(ServedNode node, SharedKillSwitch streams) {
        this.node = node;
        this.streams = streams;
    }

    CompletionStage<HttpResponse> read(PartitionId partition, HttpRequest request) {
        Media.requireAccepted(request, Media.BYTES);
        Parameters parameters = Parameters.of(request, "from", "to");
        Long from = offset(parameters, "from", "earliest");
        Long to = offset(parameters, "to", "end");
        PartitionReader reader = node.tailrace().partitions().reader(partition);
        return reader.offsets()
                .whenComplete((range, failure) -> reader.close())
                .thenApply(range -> respond(partition, range, from, to));
    }

    /** An offset, or {@code null} where the parameter is left out or has that name. */
    private static @Nullable Long offset(Parameters parameters, String name, String otherwise) {
        String text = parameters.single(name);
        if (text == null || text.equals(otherwise)) {
            return null;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw Json.malformed(name + " is '" + Json.shown(text, 30) + "': give an offset, or " + otherwise + ".");
        }
        return Long.parseLong(text);
    }

    private HttpResponse respond(PartitionId partition, OffsetRange range, @Nullable Long from, @Nullable Long to) {
        long start = from == null ? range.startOffset() : from;
        long end = to == null ? range.endOffset() : to;
        if (start < range.startOffset() || start > range.endOffset()) {
            return RecordReads.outOfRange(start, range).response();
        }
        if (end < start || end > range.endOffset()) {
            return RecordReads.outOfRange(end, range).response();
        }
        return HttpResponse.create()
                .addHeader(RawHeader.create("Tailrace-Start-Offset", Long.toString(start)))
                .addHeader(RawHeader.create("Tailrace-End-Offset", Long.toString(end)))
                .withEntity(HttpEntities.createChunked(Media.BYTES, batches(partition, start, end)));
    }

    /** A reader of its own, which a request that only wants the head does not need. */
    private Source<ByteString, CompletionStage<NotUsed>> batches(PartitionId partition, long start, long end) {
        return Source.lazySource(() -> {
            PartitionReader reader = node.tailrace().partitions().reader(partition);
            return Source.unfoldAsync(
                            new VisibleBatches(start, end, MAX_RECORDS_BYTES), visible -> next(reader, visible))
                    .filter(bytes -> !bytes.isEmpty())
                    .via(streams.<ByteString>flow())
                    .watchTermination((nothing, done) -> {
                        done.whenComplete((ended, failure) -> reader.close());
                        return nothing;
                    });
        });
    }

    private static CompletionStage<Optional<Pair<VisibleBatches, ByteString>>> next(
            PartitionReader reader, VisibleBatches visible) {
        if (visible.ended()) {
            return Bodies.done(Optional.empty());
        }
        return reader.fetch(visible.next(), FETCH_BYTES)
                .thenApply(fetched -> Optional.of(Pair.create(visible, bytes(visible.of(fetched.batches())))));
    }

    /** The fetched bytes are this one's own, so nothing is copied. */
    private static ByteString bytes(List<ByteBuffer> batches) {
        ByteString all = ByteString.emptyByteString();
        for (ByteBuffer batch : batches) {
            all = all.concat(ByteString.fromArrayUnsafe(
                    batch.array(), batch.arrayOffset() + batch.position(), batch.remaining()));
        }
        return all;
    }
}
