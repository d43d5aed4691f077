package io.tailrace.engine.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a log's batches somebody who reads its records may see, as batches: those with records, from one offset to another. Control batches, which are
 * the log's own, and what compaction left empty are left out; offsets stay, so there are gaps, as Kafka's compacted logs have them. A batch that reaches over an
 * end of the range loses the records outside, and keeps its own offsets (KIP-58).
 *
 * <p>For one thread.
 */
public final class VisibleBatches {
    private final long from;
    private final long to;
    private final BatchCompaction cut;
    private long next;

    /**
     * For a range of offsets.
     *
     * @param from the first that is wanted
     * @param to the first that is not
     * @param maxRecordsBytes the most bytes that the compressed records of a batch may become, where one is cut
     */
    public VisibleBatches(long from, long to, int maxRecordsBytes) {
        this.from = from;
        this.to = to;
        this.cut = new BatchCompaction(maxRecordsBytes);
        this.next = from;
    }

    /** The offset behind the last batch that was looked at: where to go on. */
    public long next() {
        return next;
    }

    /** Whether nothing more is to come. */
    public boolean ended() {
        return next >= to;
    }

    /**
     * Goes through whole batches of the log.
     *
     * @param batches from its position to its limit; not written to
     * @return the bytes of what may be seen, each batch by itself, shared with {@code batches} where nothing was cut
     * @throws io.tailrace.engine.error.TailraceException CORRUPT_BATCH if a checksum fails, and what cutting throws
     */
    public List<ByteBuffer> of(ByteBuffer batches) {
        List<ByteBuffer> visible = new ArrayList<>();
        ByteBuffer rest = batches.duplicate();
        while (rest.hasRemaining() && !ended()) {
            RecordBatch batch = RecordBatch.at(rest);
            rest.position(rest.position() + batch.sizeInBytes());
            batch.ensureValid();
            RecordBatch seen = seen(batch);
            if (seen != null) {
                visible.add(seen.bytes());
            }
            next = Math.max(next, batch.nextOffset());
        }
        return visible;
    }

    private @Nullable RecordBatch seen(RecordBatch batch) {
        boolean outside = batch.lastOffset() < from || batch.baseOffset() >= to;
        if (outside || batch.isControl() || batch.recordCount() == 0) {
            return null;
        }
        if (batch.baseOffset() >= from && batch.lastOffset() < to) {
            return batch;
        }
        RecordBatch left = cut.retain(batch, record -> record.offset() >= from && record.offset() < to, -1);
        // Its bytes may be those of the next that is cut.
        return left.recordCount() == 0 ? null : RecordBatch.at(copy(left));
    }

    private static ByteBuffer copy(RecordBatch batch) {
        return ByteBuffer.allocate(batch.sizeInBytes()).put(batch.bytes()).flip();
    }
}
