package io.tailrace.cluster.node;

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

/** A reader that is opened anew in each life of its node. Offsets are the caller's, so nothing is carried over. */
final class LastingReader implements PartitionReader {
    private final Lives lives;
    private final PartitionId partition;
    private @Nullable Life openedIn;
    private @Nullable PartitionReader reader;
    private boolean closed;

    LastingReader(Lives lives, PartitionId partition) {
        this.lives = lives;
        this.partition = partition;
    }

    private <T> CompletionStage<T> ask(Function<PartitionReader, CompletionStage<T>> question) {
        Life life = lives.present();
        PartitionReader present;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedStage(endOfReader());
            }
            if (life == null) {
                return CompletableFuture.failedStage(lives.absent(ErrorCode.PARTITION_UNAVAILABLE));
            }
            present = in(life);
        }
        return life.ask(ErrorCode.PARTITION_UNAVAILABLE, node -> question.apply(present))
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(isClosed() ? endOfReader() : failure));
    }

    private PartitionReader in(Life life) {
        PartitionReader present = reader;
        if (present == null || openedIn != life) {
            if (present != null) {
                present.close();
            }
            present = life.node().partitions().reader(partition);
            openedIn = life;
            reader = present;
        }
        return present;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private TailraceException endOfReader() {
        return new TailraceException(ErrorCode.CLOSED, "The reader of " + partition + " has been closed.");
    }

    @Override
    public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
        return ask(present -> present.fetch(offset, maxBytes));
    }

    @Override
    public CompletionStage<OffsetRange> offsets() {
        return ask(PartitionReader::offsets);
    }

    @Override
    public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
        return ask(present -> present.offsetForTime(timestampMillis));
    }

    @Override
    public void close() {
        PartitionReader present;
        synchronized (this) {
            closed = true;
            present = reader;
            reader = null;
        }
        if (present != null) {
            present.close();
        }
    }
}
