package io.tailrace.streams.runtime;

import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Makes a task's log the own of one life, as decision 9 has it for journals: from then on the partition refuses whatever earlier lives still send.
 *
 * <ol>
 *   <li>Look for the last data batch: who wrote it, and where it ends.
 *   <li>Append a claim as sequence 0 of the next epoch. Fenced by a newer one: begin again.
 *   <li>Read what stands behind that last batch. If it is this very claim, the epoch is ours and nothing came in between. If not, begin again.
 * </ol>
 */
final class LogClaim {
    private static final int ATTEMPTS = 50;
    private static final int READ_BYTES = 64 << 10;

    private final PartitionId log;
    private final Partitions partitions;
    private final PartitionReader reader;
    private final Questions questions;
    private final Consumer<Claimed> won;
    private int attempts;

    /**
     * What a claim has won.
     *
     * @param writer whose sequence 0 is taken
     * @param offset of the claim: all that the log holds of earlier lives lies below it
     */
    record Claimed(TaskWriter writer, long offset) {}

    private record Tail(TaskWriter next, long nextOffset) {}

    /** Claims that log, with a reader of it. */
    LogClaim(
            PartitionId log,
            Partitions partitions,
            PartitionReader reader,
            Questions questions,
            Consumer<Claimed> won) {
        this.log = log;
        this.partitions = partitions;
        this.reader = reader;
        this.questions = questions;
        this.won = won;
    }

    /** Begins, or begins again. */
    void attempt() {
        if (++attempts > ATTEMPTS) {
            throw new TailraceException(
                    ErrorCode.PARTITION_BUSY,
                    "Others claimed the log of a task " + ATTEMPTS
                            + " times in a row: run one application of that name, not several that are no group.");
        }
        questions.ask(reader::offsets, range -> lookBack(range.endOffset(), range.startOffset()));
    }

    /** Finds the last data batch below an offset. */
    private void lookBack(long offset, long startOffset) {
        if (offset <= startOffset) {
            claim(new Tail(TaskWriter.first(log.text()), startOffset));
            return;
        }
        questions.ask(() -> reader.fetch(offset - 1, 1), fetched -> {
            RecordBatch batch = RecordBatch.at(fetched.batches());
            if (batch.isControl() || batch.isStandIn()) {
                lookBack(batch.baseOffset(), startOffset);
            } else {
                TaskWriter last = new TaskWriter(batch.producerId(), batch.producerEpoch());
                claim(new Tail(last.next(log.text()), batch.nextOffset()));
            }
        });
    }

    private void claim(Tail tail) {
        UUID id = UUID.randomUUID();
        TaskWriter.Batch claim = new TaskWriter.Batch(System.currentTimeMillis());
        claim.add(TaskLogFormat.claimKey(), TaskLogFormat.claim(id));
        RecordBatch batch = claim.build(tail.next(), 0);
        questions.ask(
                () -> partitions.append(log, batch), appended -> readBack(tail, tail.nextOffset(), id), this::refused);
    }

    private void refused(TailraceException error) {
        if (error.code() != ErrorCode.PRODUCER_FENCED) {
            throw error;
        }
        attempt();
    }

    private void readBack(Tail tail, long offset, UUID id) {
        questions.ask(() -> reader.fetch(offset, READ_BYTES), fetched -> {
            Optional<RecordBatch> first = firstData(fetched);
            if (first.isEmpty()) {
                readBack(tail, endOf(fetched, offset), id);
            } else if (isClaim(first.get(), id) && !tail.next().isOver()) {
                won.accept(new Claimed(tail.next(), first.get().baseOffset()));
            } else {
                attempt();
            }
        });
    }

    private static Optional<RecordBatch> firstData(Fetched fetched) {
        ByteBuffer bytes = fetched.batches().duplicate();
        while (bytes.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(bytes);
            if (!batch.isControl() && !batch.isStandIn()) {
                return Optional.of(batch);
            }
            bytes.position(bytes.position() + batch.sizeInBytes());
        }
        return Optional.empty();
    }

    private static long endOf(Fetched fetched, long otherwise) {
        ByteBuffer bytes = fetched.batches().duplicate();
        long end = otherwise;
        while (bytes.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(bytes);
            end = batch.nextOffset();
            bytes.position(bytes.position() + batch.sizeInBytes());
        }
        return end;
    }

    private static boolean isClaim(RecordBatch batch, UUID id) {
        RecordCursor records = batch.cursor(READ_BYTES);
        return records.next()
                && TaskLogFormat.kind(records) == TaskLogFormat.CLAIM
                && TaskLogFormat.readClaim(records).equals(id);
    }
}
