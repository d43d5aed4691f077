package io.tailrace.cluster.fetch;

import io.tailrace.cluster.fetch.ReadFormat.Numbered;
import io.tailrace.cluster.fetch.ReadFormat.UnknownRequest;
import io.tailrace.cluster.link.Frame;
import io.tailrace.cluster.link.Incoming;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The readers of one other node, for as long as its session lasts. */
final class ReadSession implements Incoming {
    /** What a reader gets that waited at the tail: it has not been reckoned with before, and little will have come. */
    private static final int TAIL_BYTES = 64 << 10;

    private final Function<PartitionId, PartitionReader> readers;
    private final ByteBudget budget;
    private final long maxFetchBytes;
    private final int maxReaders;
    private final Replies replies;
    private final Map<Long, Served> served = new HashMap<>();
    private boolean over;

    private record Served(PartitionReader reader, AtomicBoolean fetching) {}

    ReadSession(
            Function<PartitionId, PartitionReader> readers,
            ByteBudget budget,
            long maxFetchBytes,
            int maxReaders,
            Replies replies) {
        this.readers = readers;
        this.budget = budget;
        this.maxFetchBytes = maxFetchBytes;
        this.maxReaders = maxReaders;
        this.replies = replies;
    }

    @Override
    public void received(Frame frame, Runnable consumed) {
        consumed.run();
        try {
            Numbered<ReadRequest> request = ReadFormat.request(frame);
            try {
                handle(request.id(), request.what());
            } catch (TailraceException e) {
                answer(request.id(), ReadResponse.Failed.of(e), null);
            }
        } catch (UnknownRequest e) {
            answer(e.id(), ReadResponse.Failed.of(e), null);
        }
    }

    private void handle(long id, ReadRequest request) {
        if (request instanceof ReadRequest.Fetch fetch) {
            fetch(id, fetch, served(fetch.reader(), fetch.partition()));
        } else if (request instanceof ReadRequest.Offsets offsets) {
            answer(id, served(offsets.reader(), offsets.partition()).reader.offsets(), ReadResponse.Range::new);
        } else if (request instanceof ReadRequest.OffsetForTime time) {
            PartitionReader reader = served(time.reader(), time.partition()).reader;
            answer(id, reader.offsetForTime(time.timestampMillis()), ReadResponse.AtTime::new);
        } else {
            Served ended = remove(request.reader());
            if (ended != null) {
                ended.reader.close();
            }
        }
    }

    private synchronized @Nullable Served remove(long reader) {
        return served.remove(reader);
    }

    private synchronized Served served(long reader, PartitionId partition) {
        Served known = served.get(reader);
        if (known != null) {
            return known;
        }
        if (over || served.size() >= maxReaders) {
            throw new TailraceException(
                    over ? ErrorCode.CLOSED : ErrorCode.LIMIT_EXCEEDED,
                    "There are " + served.size() + " readers of this other node already: close some, or raise "
                            + "tailrace.link.reads.max-readers.");
        }
        Served opened = new Served(readers.apply(partition), new AtomicBoolean());
        served.put(reader, opened);
        return opened;
    }

    // --- fetching ----------------------------------------------------------------------------------------------------

    private void fetch(long id, ReadRequest.Fetch fetch, Served from) {
        if (!from.fetching.compareAndSet(false, true)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT, "A reader fetches one thing at a time: wait for the answer.");
        }
        from.reader
                .offsets()
                .whenCompleteAsync(
                        (range, failure) -> {
                            if (range == null) {
                                fetched(id, from, new FetchEnd(null, failure), null);
                            } else {
                                fetch(id, fetch, from, range);
                            }
                        },
                        Runnable::run);
    }

    /** What a fetch has led to; one of the two is there. */
    private record FetchEnd(
            io.tailrace.cluster.placement.@Nullable Fetched fetched,
            @Nullable Throwable failure) {}

    private void fetch(long id, ReadRequest.Fetch fetch, Served from, OffsetRange range) {
        if (fetch.offset() >= range.endOffset()) {
            int bytes = Math.min(fetch.maxBytes(), TAIL_BYTES);
            from.reader
                    .fetch(fetch.offset(), bytes)
                    .whenCompleteAsync(
                            (fetched, failure) -> fetched(id, from, new FetchEnd(fetched, failure), null),
                            Runnable::run);
            return;
        }
        int bytes = (int) Math.min(fetch.maxBytes(), maxFetchBytes);
        budget.claim(bytes, () -> from.reader
                .fetch(fetch.offset(), bytes)
                .whenCompleteAsync(
                        (fetched, failure) ->
                                fetched(id, from, new FetchEnd(fetched, failure), () -> budget.release(bytes)),
                        Runnable::run));
    }

    private void fetched(long id, Served from, FetchEnd end, @Nullable Runnable onTaken) {
        from.fetching.set(false);
        ReadResponse response = end.fetched == null
                ? failed(end.failure)
                : new ReadResponse.Batches(end.fetched.batches(), end.fetched.highWatermark());
        answer(id, response, onTaken);
    }

    private static ReadResponse failed(@Nullable Throwable failure) {
        return ReadResponse.Failed.of(
                failure == null
                        ? new TailraceException(ErrorCode.INTERNAL_ERROR, "A read ended with nothing.")
                        : Failures.named(failure));
    }

    private <T> void answer(long id, CompletionStage<T> stage, Function<T, ReadResponse> response) {
        stage.whenCompleteAsync(
                (value, failure) -> answer(id, value == null ? failed(failure) : response.apply(value), null),
                Runnable::run);
    }

    private void answer(long id, ReadResponse response, @Nullable Runnable onTaken) {
        replies.send(ReadFormat.encode(id, response), onTaken);
    }

    @Override
    public void ended() {
        Map<Long, Served> all;
        synchronized (this) {
            over = true;
            all = new HashMap<>(served);
            served.clear();
        }
        all.values().forEach(ended -> ended.reader.close());
    }
}
