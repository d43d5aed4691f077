package io.tailrace.cluster.journal;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** An internal partition as the plugins use it: everything is tried again while the failure is a retriable one. */
final class JournalPartition {
    private final CompletionStage<Partitions> partitions;
    private final PartitionId id;
    private final Retries retries;

    /**
     * A partition of a node.
     *
     * @param partitions as soon as they can be used
     */
    JournalPartition(CompletionStage<Partitions> partitions, PartitionId id, Retries retries) {
        this.partitions = partitions;
        this.id = id;
        this.retries = retries;
    }

    /** Appends a batch of an idempotent producer. */
    CompletionStage<Appended> append(RecordBatch batch) {
        return partitions.thenCompose(node -> retries.run(() -> node.append(id, batch)));
    }

    /** Moves the log start there; an offset of -1, not known, is an error. */
    CompletionStage<OffsetRange> deleteRecords(long beforeOffset) {
        if (beforeOffset < 0) {
            // To the partition that would mean: everything, the mark included.
            throw new TailraceException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "Where the mark of a deletion in " + id + " lies is not known: delete again.");
        }
        return partitions.thenCompose(node -> retries.run(() -> node.deleteRecords(id, beforeOffset)));
    }

    /** Opens a view, uses it, closes it. */
    <T> CompletionStage<T> reading(Function<View, CompletionStage<T>> use) {
        return open().thenCompose(
                        view -> Stages.stage(() -> use.apply(view)).whenComplete((value, failure) -> view.close()));
    }

    /** A reader of its own, to be closed by the caller. */
    CompletionStage<View> open() {
        return partitions.thenApply(node -> new View(node.reader(id)));
    }

    /** One reader of the partition; not for use by several threads at once. */
    final class View implements AutoCloseable {
        private final PartitionReader reader;

        View(PartitionReader reader) {
            this.reader = reader;
        }

        CompletionStage<OffsetRange> offsets() {
            return retries.run(reader::offsets);
        }

        /** Whole batches from the one with that offset on, at least one; parks at the tail. */
        CompletionStage<List<RecordBatch>> fetch(long offset, int maxBytes) {
            Supplier<CompletionStage<List<RecordBatch>>> attempt =
                    () -> reader.fetch(offset, maxBytes).thenApply(View::batches);
            return retries.run(attempt);
        }

        private static List<RecordBatch> batches(Fetched fetched) {
            List<RecordBatch> batches = new ArrayList<>();
            ByteBuffer bytes = fetched.batches();
            while (bytes.hasRemaining()) {
                RecordBatch batch = RecordBatch.at(bytes);
                bytes.position(bytes.position() + batch.sizeInBytes());
                batches.add(batch);
            }
            if (batches.isEmpty()) {
                throw new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "Nothing was read: ask again.");
            }
            return batches;
        }

        /** The last batch that is no control batch, among those between the offsets; empty if there is none. */
        CompletionStage<Optional<RecordBatch>> lastBefore(long offset, long startOffset) {
            if (offset <= startOffset) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            return fetch(offset - 1, 1).thenCompose(found -> {
                RecordBatch batch = found.get(0);
                return batch.isControl()
                        ? lastBefore(batch.baseOffset(), startOffset)
                        : CompletableFuture.completedStage(Optional.of(batch));
            });
        }

        /** The first batch that is no control batch, from the one with that offset on, that begins below the limit. */
        CompletionStage<Optional<RecordBatch>> firstFrom(long offset, long limit, int maxBytes) {
            if (offset >= limit) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            return fetch(offset, maxBytes).thenCompose(found -> {
                for (RecordBatch batch : found) {
                    if (!batch.isControl()) {
                        return CompletableFuture.completedStage(
                                batch.baseOffset() < limit ? Optional.of(batch) : Optional.empty());
                    }
                }
                return firstFrom(found.get(found.size() - 1).nextOffset(), limit, maxBytes);
            });
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
