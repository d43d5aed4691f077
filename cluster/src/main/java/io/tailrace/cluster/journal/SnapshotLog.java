package io.tailrace.cluster.journal;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.engine.record.RecordBatch;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * The snapshots of one persistence id, newest last. One thing at a time, in the order in which it was asked for. Whoever
 * writes does so as an idempotent producer of its own, so that a snapshot that is sent again is stored once.
 */
final class SnapshotLog {
    private final String persistenceId;
    private final JournalPartition partition;
    private final Clock clock;
    private final InOrder inOrder = new InOrder();
    private long producerId = newProducerId();
    private int nextSequence;

    SnapshotLog(String persistenceId, JournalPartition partition, Clock clock) {
        this.persistenceId = persistenceId;
        this.partition = partition;
        this.clock = clock;
    }

    private static long newProducerId() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    CompletionStage<Void> save(SnapshotRecord.Snapshot snapshot) {
        return inOrder.run(() -> append(snapshot).thenAccept(appended -> {}));
    }

    /** The snapshot saved last, of those that match and have not been deleted. */
    CompletionStage<Optional<SnapshotRecord.Snapshot>> load(Predicate<SnapshotRecord.Snapshot> wanted) {
        return inOrder.run(() -> partition.reading(view -> view.offsets()
                .thenCompose(
                        range -> lastBefore(view, range.endOffset(), range.startOffset(), wanted, new ArrayList<>()))));
    }

    private CompletionStage<Optional<SnapshotRecord.Snapshot>> lastBefore(
            JournalPartition.View view,
            long offset,
            long startOffset,
            Predicate<SnapshotRecord.Snapshot> wanted,
            List<SnapshotRecord.Deletion> deletions) {
        return view.lastBefore(offset, startOffset).thenCompose(found -> {
            if (found.isEmpty()) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            SnapshotRecord record = SnapshotRecord.of(found.get(), persistenceId);
            if (record instanceof SnapshotRecord.Deletion deletion) {
                deletions.add(deletion);
            } else if (record instanceof SnapshotRecord.Snapshot snapshot
                    && wanted.test(snapshot)
                    && deletions.stream().noneMatch(deletion -> deletion.matches(snapshot))) {
                return CompletableFuture.completedStage(Optional.of(snapshot));
            }
            return lastBefore(view, found.get().baseOffset(), startOffset, wanted, deletions);
        });
    }

    /** Deletes what matches; the log start follows to the first snapshot that does not. */
    CompletionStage<Void> delete(SnapshotRecord.Deletion deletion) {
        return inOrder.run(() -> append(deletion)
                .thenCompose(mark -> partition
                        .reading(view -> view.offsets()
                                .thenCompose(
                                        range -> firstKept(view, range.startOffset(), mark.baseOffset(), deletion)))
                        .thenCompose(partition::deleteRecords))
                .thenAccept(range -> {}));
    }

    private CompletionStage<Long> firstKept(
            JournalPartition.View view, long offset, long markOffset, SnapshotRecord.Deletion deletion) {
        return view.firstFrom(offset, markOffset, 1).thenCompose(found -> {
            if (found.isEmpty()) {
                return CompletableFuture.completedStage(markOffset);
            }
            boolean kept = SnapshotRecord.of(found.get(), persistenceId) instanceof SnapshotRecord.Snapshot snapshot
                    && !deletion.matches(snapshot);
            return kept
                    ? CompletableFuture.completedStage(found.get().baseOffset())
                    : firstKept(view, found.get().nextOffset(), markOffset, deletion);
        });
    }

    private CompletionStage<Appended> append(SnapshotRecord record) {
        RecordBatch batch = record.toBatch(
                persistenceId,
                InternalPartition.MAX_MESSAGE_BYTES,
                clock.millis(),
                producerId,
                (short) 0,
                nextSequence);
        nextSequence = (nextSequence + 1) & Integer.MAX_VALUE;
        return partition.append(batch).whenComplete((appended, failure) -> {
            if (failure != null) {
                // Whether that sequence is taken is not known: another producer begins.
                producerId = newProducerId();
                nextSequence = 0;
            }
        });
    }
}
