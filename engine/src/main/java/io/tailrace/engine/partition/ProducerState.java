package io.tailrace.engine.partition;

import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a partition remembers of one idempotent producer: its epoch and its last batches, the newest last. Immutable.
 *
 * @param epoch the producer's epoch
 * @param batches at least one, at most {@link #REMEMBERED_BATCHES}
 */
public record ProducerState(short epoch, List<Written> batches) {
    /** As many batches as a producer may have in flight (KIP-98): any of them may come again. */
    public static final int REMEMBERED_BATCHES = 5;

    /**
     * A batch that the log has.
     *
     * @param appendTimeMillis the time that the partition set, or -1
     */
    public record Written(int baseSequence, int lastSequence, long baseOffset, long appendTimeMillis) {}

    /** The batch with just these sequence numbers, or {@code null}. */
    public @Nullable Written find(int baseSequence, int lastSequence) {
        for (Written batch : batches) {
            if (batch.baseSequence == baseSequence && batch.lastSequence == lastSequence) {
                return batch;
            }
        }
        return null;
    }

    /** The newest batch. */
    public Written newest() {
        return batches.get(batches.size() - 1);
    }

    /** The sequence number that the next batch has to begin with; wraps to 0. */
    public int nextSequence() {
        int last = newest().lastSequence;
        return last == Integer.MAX_VALUE ? 0 : last + 1;
    }

    /** The state after one more batch of the same epoch. */
    ProducerState with(Written batch) {
        List<Written> next = new ArrayList<>(REMEMBERED_BATCHES);
        next.addAll(batches.subList(Math.max(0, batches.size() + 1 - REMEMBERED_BATCHES), batches.size()));
        next.add(batch);
        return new ProducerState(epoch, List.copyOf(next));
    }

    /** The state after the first batch of an epoch. */
    static ProducerState first(RecordBatch header, Written batch) {
        return new ProducerState(header.producerEpoch(), List.of(batch));
    }
}
