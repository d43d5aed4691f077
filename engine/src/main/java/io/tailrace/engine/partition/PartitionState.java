package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.RecordBatch;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All that a partition remembers beside its log's bytes, and all that it decides. Immutable, and a function of the log alone
 * (log-safety rule 18): the same batches give the same state on every replica, so nothing here asks a clock. That is why a
 * producer is forgotten by the log's order (when {@code maxProducers} others have written since), not by the time of day.
 *
 * @param endOffset the offset after the last batch that was applied
 * @param appendedBytes how many bytes of batches were ever applied
 * @param producers by producer id
 * @param producersByLastOffset the producers' ids by the base offset of their newest batch: the first is the next forgotten
 */
public record PartitionState(
        long endOffset,
        long appendedBytes,
        int maxProducers,
        PMap<Long, ProducerState> producers,
        PSortedMap<Long, Long> producersByLastOffset) {

    /** The state of an empty log. */
    public static PartitionState empty(int maxProducers) {
        return new PartitionState(0, 0, maxProducers, HashTreePMap.empty(), TreePMap.empty());
    }

    /**
     * Whether the batch is appended, and where. Does not look into the batch's records: the gate has done that.
     *
     * @param logEndOffset the log's end when the group was sent: control batches take offsets that no event tells of
     * @param appendTimeMillis the time to stamp the batch with, or -1 to leave it
     */
    public Decision decide(RecordBatch batch, int leaderEpoch, long logEndOffset, long appendTimeMillis) {
        if (batch.hasProducerId()) {
            Decision known = decideSequence(batch, producers.get(batch.producerId()));
            if (known != null) {
                return known;
            }
        }
        long baseOffset = Math.max(endOffset, logEndOffset);
        return new Decision.Accept(
                new BatchAppended(new PlacedBatch(batch, baseOffset, leaderEpoch, appendTimeMillis)));
    }

    private static @Nullable Decision decideSequence(RecordBatch batch, @Nullable ProducerState producer) {
        int sequence = batch.baseSequence();
        if (producer == null || batch.producerEpoch() > producer.epoch()) {
            return sequence == 0 ? null : outOfOrder(batch, 0);
        }
        if (batch.producerEpoch() < producer.epoch()) {
            return new Decision.Refuse(
                    ErrorCode.PRODUCER_FENCED,
                    "Producer " + batch.producerId() + " writes in epoch " + batch.producerEpoch() + ", but epoch "
                            + producer.epoch() + " has begun: stop this producer.");
        }
        ProducerState.Written before = producer.find(sequence, batch.lastSequence());
        if (before != null) {
            return new Decision.Duplicate(before.baseOffset(), before.appendTimeMillis());
        }
        int expected = producer.nextSequence();
        if (sequence == expected) {
            return null;
        }
        return isBefore(sequence, expected) ? new Decision.Duplicate(-1, -1) : outOfOrder(batch, expected);
    }

    /** Sequence numbers wrap: of two, the one less than half the range behind is the earlier. */
    private static boolean isBefore(int sequence, int expected) {
        return ((sequence - expected) & Integer.MAX_VALUE) > Integer.MAX_VALUE / 2;
    }

    private static Decision outOfOrder(RecordBatch batch, int expected) {
        return new Decision.Refuse(
                ErrorCode.OUT_OF_ORDER_SEQUENCE,
                "Producer " + batch.producerId() + " sent sequence " + batch.baseSequence() + " where " + expected
                        + " was due: send the batches before it first.");
    }

    /** The state after the event. */
    public PartitionState apply(BatchAppended event) {
        RecordBatch batch = event.placed().batch();
        PartitionState next = batch.hasProducerId() ? remember(event) : this;
        return new PartitionState(
                event.nextOffset(),
                appendedBytes + batch.sizeInBytes(),
                maxProducers,
                next.producers,
                next.producersByLastOffset);
    }

    private PartitionState remember(BatchAppended event) {
        RecordBatch batch = event.placed().batch();
        ProducerState.Written written = new ProducerState.Written(
                batch.baseSequence(),
                batch.lastSequence(),
                event.placed().baseOffset(),
                event.placed().appendTimeMillis());
        Long id = batch.producerId();
        ProducerState before = producers.get(id);
        PSortedMap<Long, Long> order = producersByLastOffset;
        ProducerState after;
        if (before == null || before.epoch() != batch.producerEpoch()) {
            after = ProducerState.first(batch, written);
        } else {
            after = before.with(written);
        }
        if (before != null) {
            order = order.minus(before.newest().baseOffset());
        }
        PMap<Long, ProducerState> all = producers.plus(id, after);
        order = order.plus(written.baseOffset(), id);
        if (all.size() > maxProducers) {
            Long oldest = order.firstKey();
            all = all.minus(order.get(oldest));
            order = order.minus(oldest);
        }
        return new PartitionState(endOffset, appendedBytes, maxProducers, all, order);
    }

    /**
     * Whether the last event carried the log over another multiple of so many bytes: then a snapshot is due, and replay never
     * costs more than about two such stretches.
     */
    public boolean crossedMultipleOf(long bytes, BatchAppended last) {
        long before = appendedBytes - last.placed().batch().sizeInBytes();
        return appendedBytes / bytes != before / bytes;
    }
}
