package io.tailrace.cluster.fetch;

import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A reader of a replica on another node. Errors are those of a reader here; PARTITION_UNAVAILABLE also says that the way there
 * broke, and asking again finds another one.
 */
final class RemotePartitionReader implements PartitionReader {
    private final RemoteReaders readers;
    private final String node;
    private final PartitionId partition;
    private final long id;
    private @Nullable CompletableFuture<ReadResponse> fetching;
    private boolean used;
    private boolean closed;

    RemotePartitionReader(RemoteReaders readers, String node, PartitionId partition, long id) {
        this.readers = readers;
        this.node = node;
        this.partition = partition;
        this.id = id;
    }

    @Override
    public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
        CompletableFuture<ReadResponse> answer = ask(new ReadRequest.Fetch(id, partition, offset, maxBytes));
        synchronized (this) {
            fetching = answer;
            if (closed) {
                answer.completeExceptionally(ended());
            }
        }
        return answered(answer, response -> {
            ReadResponse.Batches batches = (ReadResponse.Batches) response;
            return new Fetched(batches.batches(), batches.highWatermark());
        });
    }

    @Override
    public CompletionStage<OffsetRange> offsets() {
        return answered(
                ask(new ReadRequest.Offsets(id, partition)), response -> ((ReadResponse.Range) response).offsets());
    }

    @Override
    public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
        return answered(
                ask(new ReadRequest.OffsetForTime(id, partition, timestampMillis)),
                response -> ((ReadResponse.AtTime) response).offset());
    }

    private CompletableFuture<ReadResponse> ask(ReadRequest request) {
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(ended());
            }
            used = true;
        }
        return readers.ask(node, request);
    }

    private <T> CompletionStage<T> answered(CompletableFuture<ReadResponse> answer, Function<ReadResponse, T> value) {
        return answer.thenApplyAsync(
                response -> {
                    if (response instanceof ReadResponse.Failed failed) {
                        throw failed.exception();
                    }
                    return value.apply(response);
                },
                readers.io());
    }

    private TailraceException ended() {
        return new TailraceException(
                ErrorCode.CLOSED, "The reader of partition " + partition + " on node " + node + " has been closed.");
    }

    @Override
    public void close() {
        CompletableFuture<ReadResponse> waiting;
        boolean known;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            waiting = fetching;
            known = used;
        }
        if (waiting != null) {
            waiting.completeExceptionally(ended());
        }
        if (known) {
            readers.tell(node, new ReadRequest.Close(id));
        }
    }
}
