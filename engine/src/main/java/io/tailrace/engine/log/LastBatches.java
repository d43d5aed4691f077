package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last batches of each idempotent producer, which compaction leaves as they are but for their records: from their sequence numbers
 * alone it is told whether a batch has come again (log-safety rule 18). Of producers the newest, since no partition remembers more; so
 * memory is bounded.
 */
final class LastBatches {
    /** As many as a producer may have in flight (KIP-98). */
    private static final int KEPT = 5;

    private final int maxProducers;
    /** Base offsets by producer id; who has written last stands last. */
    private final Map<Long, Deque<Long>> byProducer = new LinkedHashMap<>();

    LastBatches(int maxProducers) {
        this.maxProducers = maxProducers;
    }

    /** The next batch of the log. */
    void note(RecordBatch header) {
        if (!header.hasProducerId() || header.isControl()) {
            return;
        }
        Deque<Long> last = byProducer.remove(header.producerId());
        last = last == null ? new ArrayDeque<>(KEPT) : last;
        if (last.size() == KEPT) {
            last.removeFirst();
        }
        last.addLast(header.baseOffset());
        byProducer.put(header.producerId(), last);
        if (byProducer.size() > maxProducers) {
            byProducer.remove(byProducer.keySet().iterator().next());
        }
    }

    /** Whether that batch is one of them. */
    boolean has(RecordBatch header) {
        Deque<Long> last = header.hasProducerId() ? byProducer.get(header.producerId()) : null;
        return last != null && last.contains(header.baseOffset());
    }
}
