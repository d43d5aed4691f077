package io.tailrace.cluster.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Claims the next epoch of a persistence id for one incarnation of its actor. From then on the partition refuses whatever
 * earlier incarnations still send, also what is on its way already.
 *
 * <ol>
 *   <li>Read the {@link Tail}: the current epoch, and the highest sequence number.
 *   <li>Append a {@link JournalRecord.Claim} as sequence 0 of the next epoch. Fenced by a newer one: begin again.
 *   <li>Read what stands behind the tail. If it is this very claim, the epoch is ours and nothing came in between, so what
 *       the tail said is true. If not, somebody wrote or claimed meanwhile: begin again. The partition answers both of two
 *       claims for one epoch (the second is a duplicate to it), but only one of them stands there.
 * </ol>
 */
final class Claimant {
    private static final int ATTEMPTS = 50;
    private static final int READ_BYTES = 4096;

    private final String persistenceId;
    private final JournalPartition partition;
    private final Clock clock;
    private final short lastEpoch;

    /**
     * What a claim has won.
     *
     * @param epoch sequence 0 of it is taken
     * @param highest sequence number there is
     */
    record Claimed(WriterEpoch epoch, long highest) {}

    /**
     * For one persistence id.
     *
     * @param lastEpoch {@link WriterEpoch#LAST}, or less in tests
     */
    Claimant(String persistenceId, JournalPartition partition, Clock clock, short lastEpoch) {
        this.persistenceId = persistenceId;
        this.partition = partition;
        this.clock = clock;
        this.lastEpoch = lastEpoch;
    }

    /** Claims the next epoch. */
    CompletionStage<Claimed> claim() {
        return partition.reading(view -> attempt(view, 1));
    }

    /** Claims the first epoch; fails with FENCED if anybody has ever claimed one. */
    CompletionStage<Claimed> claimFirst() {
        return partition.reading(view -> Tail.read(view, persistenceId).thenCompose(tail -> {
            if (tail.epoch() != null) {
                throw new TailraceException(
                        ErrorCode.FENCED,
                        persistenceId
                                + " has events already: recover before writing, so that its sequence numbers go on.");
            }
            return attempt(view, 1);
        }));
    }

    private CompletionStage<Claimed> attempt(JournalPartition.View view, int number) {
        if (number > ATTEMPTS) {
            return CompletableFuture.failedStage(new TailraceException(
                    ErrorCode.PARTITION_BUSY,
                    "Others claimed the journal of " + persistenceId + " " + ATTEMPTS
                            + " times in a row: run one actor of that persistence id, not many."));
        }
        CompletionStage<Claimed> attempt = Stages.recover(
                Tail.read(view, persistenceId).thenCompose(tail -> claimAfter(view, tail, number)),
                ErrorCode.PRODUCER_FENCED,
                () -> attempt(view, number + 1));
        // A deletion moved the log start while the tail was being read.
        return Stages.recover(attempt, ErrorCode.OFFSET_OUT_OF_RANGE, () -> attempt(view, number + 1));
    }

    private CompletionStage<Claimed> claimAfter(JournalPartition.View view, Tail tail, int number) {
        WriterEpoch current = tail.epoch();
        WriterEpoch next = current == null ? WriterEpoch.first(persistenceId) : current.next(persistenceId, lastEpoch);
        UUID id = UUID.randomUUID();
        JournalRecord.Claim claim = new JournalRecord.Claim(id, tail.lastSeen(), tail.highest());
        return partition
                .append(batch(claim, next))
                .thenCompose(appended -> stands(view, tail.nextOffset(), id))
                .thenApply(mine -> mine && !next.isOver(lastEpoch))
                .<CompletionStage<Claimed>>thenApply(won -> won
                        ? CompletableFuture.completedStage(new Claimed(next, tail.highest()))
                        : attempt(view, number + 1))
                .thenCompose(Function.identity());
    }

    private RecordBatch batch(JournalRecord.Claim claim, WriterEpoch epoch) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, Integer.MAX_VALUE)
                .producer(epoch.producerId(), epoch.epoch(), 0);
        claim.appendTo(builder, persistenceId.getBytes(StandardCharsets.UTF_8), clock.millis());
        return builder.build();
    }

    /** Whether the first thing behind the tail is that claim. */
    private CompletionStage<Boolean> stands(JournalPartition.View view, long behindTail, UUID id) {
        return view.offsets()
                .thenCompose(range -> view.firstFrom(behindTail, range.endOffset(), READ_BYTES))
                .thenApply(batch -> batch.isPresent()
                        && JournalRecord.of(JournalRecord.records(batch.get()).get(0), persistenceId)
                                instanceof JournalRecord.Claim claim
                        && claim.id().equals(id));
    }
}
