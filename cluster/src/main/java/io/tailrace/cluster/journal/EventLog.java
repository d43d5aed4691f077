package io.tailrace.cluster.journal;

import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One persistence id as this journal writes it: one thing at a time, in the order in which it was asked for. Who recovers
 * owns the log from then on, until a write fails (what became of it is then unknown, so only the next recovery can tell) or
 * somebody else claims the log.
 */
final class EventLog {
    /** Atomic writes of one request share a batch up to this size; larger ones have a batch of their own. */
    private static final int SHARED_BATCH_BYTES = 1 << 20;

    private final String persistenceId;
    private final byte[] key;
    private final JournalPartition partition;
    private final Claimant claimant;
    private final Clock clock;
    private final InOrder inOrder = new InOrder();

    // What follows belongs to whatever is running in order.
    private @Nullable Ownership owned;
    /** Somebody has recovered here: from then on nobody writes without. */
    private boolean recovered;
    /** The actor start that was bound before the last recovery. */
    private String over = "";

    EventLog(String persistenceId, JournalPartition partition, Claimant claimant, Clock clock) {
        this.persistenceId = persistenceId;
        this.key = persistenceId.getBytes(StandardCharsets.UTF_8);
        this.partition = partition;
        this.claimant = claimant;
        this.clock = clock;
    }

    /** Where the owner stands. */
    private static final class Ownership {
        private final WriterEpoch epoch;
        private int nextSequence = 1;
        private long highest;
        private long due;
        private @Nullable String writer;

        Ownership(Claimant.Claimed claimed) {
            this.epoch = claimed.epoch();
            this.highest = claimed.highest();
            this.due = highest + 1;
        }
    }

    /** A new incarnation begins: claims the log and returns the highest sequence number. */
    CompletionStage<Long> recover() {
        return inOrder.run(() -> {
            Ownership before = owned;
            if (before != null && before.writer != null) {
                over = before.writer;
            }
            owned = null;
            recovered = true;
            return claimant.claim().thenApply(claimed -> own(claimed).highest);
        });
    }

    /**
     * Stores the writes, all or, where one fails, nothing or the first of them. Fails with FENCED if they come from another
     * incarnation than the one that recovered last or do not follow the events that are there.
     */
    CompletionStage<Void> write(List<EventWrite> writes) {
        return inOrder.run(() -> writer().thenCompose(own -> store(own, writes)));
    }

    /** Deletes the events up to that sequence number. */
    CompletionStage<Void> deleteTo(long sequenceNr) {
        return inOrder.run(() -> (owned == null && !recovered ? claimant.claim().thenApply(this::own) : writer())
                .thenCompose(own -> delete(own, Math.min(sequenceNr, own.highest))));
    }

    private CompletionStage<Ownership> writer() {
        if (owned != null) {
            return CompletableFuture.completedStage(owned);
        }
        if (recovered) {
            return CompletableFuture.failedStage(fenced("an earlier write failed or another incarnation began"));
        }
        return claimant.claimFirst().thenApply(this::own);
    }

    private Ownership own(Claimant.Claimed claimed) {
        Ownership own = new Ownership(claimed);
        owned = own;
        recovered = true;
        return own;
    }

    private CompletionStage<Void> store(Ownership own, List<EventWrite> writes) {
        long due = own.due;
        for (EventWrite write : writes) {
            ensureFollows(own, write, due);
            due = write.lastSequenceNr() + 1;
        }
        long dueAfter = due;
        return append(own, batches(own, writes), 0).thenAccept(done -> own.due = dueAfter);
    }

    private void ensureFollows(Ownership own, EventWrite write, long due) {
        String bound = own.writer;
        if (bound == null ? write.writer().equals(over) : !write.writer().equals(bound)) {
            throw fenced("another incarnation has recovered since");
        }
        if (write.firstSequenceNr() != due) {
            throw fenced("sequence number " + write.firstSequenceNr() + " came where " + due + " was due");
        }
        own.writer = write.writer();
    }

    private List<RecordBatch> batches(Ownership own, List<EventWrite> writes) {
        List<RecordBatch> batches = new ArrayList<>();
        RecordBatchBuilder builder = builder();
        long previous = own.highest;
        int sequence = own.nextSequence;
        for (EventWrite write : writes) {
            if (!builder.isEmpty() && builder.sizeInBytes() + write.bytes() > SHARED_BATCH_BYTES) {
                sequence = finish(builder, own, sequence, batches);
                builder = builder();
            }
            for (JournalRecord.Event event : write.events()) {
                if (!event.after(previous).appendTo(builder, key, clock.millis())) {
                    throw new IllegalStateException("an atomic write is larger than it said");
                }
                previous = event.sequenceNr();
            }
        }
        if (!builder.isEmpty()) {
            sequence = finish(builder, own, sequence, batches);
        }
        // Nothing is lost if the batches are not stored: then the ownership ends with them.
        own.highest = previous;
        own.nextSequence = sequence;
        return batches;
    }

    private static RecordBatchBuilder builder() {
        return new RecordBatchBuilder(Compression.NONE, InternalPartition.MAX_MESSAGE_BYTES);
    }

    private static int finish(RecordBatchBuilder builder, Ownership own, int sequence, List<RecordBatch> batches) {
        batches.add(builder.producer(own.epoch.producerId(), own.epoch.epoch(), sequence)
                .build());
        return (sequence + builder.recordCount()) & Integer.MAX_VALUE;
    }

    private CompletionStage<Long> append(Ownership own, List<RecordBatch> batches, long lastOffset) {
        if (batches.isEmpty()) {
            return CompletableFuture.completedStage(lastOffset);
        }
        return partition
                .append(batches.get(0))
                .handle((appended, failure) -> {
                    if (failure == null) {
                        return appended;
                    }
                    if (owned == own) {
                        owned = null;
                        over = own.writer == null ? over : own.writer;
                    }
                    if (Stages.is(failure, ErrorCode.PRODUCER_FENCED)) {
                        throw fenced("another incarnation has claimed the log");
                    }
                    throw new CompletionException(Failures.cause(failure));
                })
                .thenCompose(appended -> append(own, batches.subList(1, batches.size()), appended.baseOffset()));
    }

    private CompletionStage<Void> delete(Ownership own, long upTo) {
        if (upTo <= 0) {
            return CompletableFuture.completedStage(null);
        }
        RecordBatchBuilder builder = builder();
        new JournalRecord.Deletion(upTo, own.highest).appendTo(builder, key, clock.millis());
        List<RecordBatch> mark = new ArrayList<>();
        own.nextSequence = finish(builder, own, own.nextSequence, mark);
        return append(own, mark, 0)
                .thenCompose(markOffset -> upTo == own.highest
                        ? CompletableFuture.completedStage(markOffset)
                        : partition.reading(view -> new EventReader(persistenceId, view)
                                .offsetOf(upTo + 1)
                                .thenApply(found -> found.orElse(markOffset))))
                .thenCompose(partition::deleteRecords)
                .thenAccept(range -> {});
    }

    private TailraceException fenced(String why) {
        return new TailraceException(
                ErrorCode.FENCED,
                "This incarnation of " + persistenceId + " may write no more (" + why
                        + "): run one actor of a persistence id at a time.");
    }
}
