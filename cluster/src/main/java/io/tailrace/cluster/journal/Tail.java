package io.tailrace.cluster.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What the end of a persistence id's partition says; the log is never read as a whole for it.
 *
 * @param epoch of the last data batch: nobody has claimed a later one; {@code null} if there is no data batch
 * @param highest the highest sequence number ever given, 0 if none was
 * @param lastSeen base offset of the last data batch, -1 if there is none
 * @param nextOffset behind the last data batch
 */
record Tail(@Nullable WriterEpoch epoch, long highest, long lastSeen, long nextOffset) {

    /** Reads it. */
    static CompletionStage<Tail> read(JournalPartition.View view, String persistenceId) {
        return view.offsets().thenCompose(range -> view.lastBefore(range.endOffset(), range.startOffset())
                .thenCompose(last -> {
                    if (last.isEmpty()) {
                        return CompletableFuture.completedStage(
                                new Tail(null, 0, JournalRecord.Claim.NONE_SEEN, range.startOffset()));
                    }
                    RecordBatch batch = last.get();
                    WriterEpoch epoch = new WriterEpoch(batch.producerId(), batch.producerEpoch());
                    return highest(view, range.startOffset(), batch, persistenceId)
                            .thenApply(highest -> new Tail(epoch, highest, batch.baseOffset(), batch.nextOffset()));
                }));
    }

    /**
     * A claim's word counts if nobody wrote between what its claimant had seen and the claim; else what it did not see does.
     */
    private static CompletionStage<Long> highest(
            JournalPartition.View view, long startOffset, RecordBatch batch, String persistenceId) {
        List<Record> records = JournalRecord.records(batch);
        JournalRecord last = JournalRecord.of(records.get(records.size() - 1), persistenceId);
        if (last instanceof JournalRecord.Event event) {
            return CompletableFuture.completedStage(event.sequenceNr());
        }
        if (last instanceof JournalRecord.Deletion deletion) {
            return CompletableFuture.completedStage(deletion.highest());
        }
        JournalRecord.Claim claim = (JournalRecord.Claim) last;
        return view.lastBefore(batch.baseOffset(), startOffset).thenCompose(before -> {
            long seen = before.map(RecordBatch::baseOffset).orElse(JournalRecord.Claim.NONE_SEEN);
            if (seen == claim.lastSeen()) {
                return CompletableFuture.completedStage(claim.highest());
            }
            if (before.isEmpty()) {
                throw new TailraceException(
                        ErrorCode.CORRUPT_LOG,
                        "What lay before the claim at offset " + batch.baseOffset() + " in the journal of "
                                + persistenceId + " is missing: its records were deleted by somebody else.");
            }
            return highest(view, startOffset, before.get(), persistenceId);
        });
    }
}
