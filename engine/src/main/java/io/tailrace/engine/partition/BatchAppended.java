package io.tailrace.engine.partition;

import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;

/**
 * The partition's one event: a batch has got its place in the log. When it is replayed the batch is a header only
 * ({@link RecordBatch#isHeaderOnly()}).
 */
public record BatchAppended(PlacedBatch placed) {
    /** The event as the log tells it: place and time stand in the batch's own header. */
    public static BatchAppended replayed(RecordBatch header) {
        long appendTime = header.timestampType() == TimestampType.LOG_APPEND_TIME ? header.maxTimestamp() : -1;
        return new BatchAppended(new PlacedBatch(header, header.baseOffset(), header.leaderEpoch(), appendTime));
    }

    /** The offset after the batch's last record. */
    public long nextOffset() {
        return placed.baseOffset() + placed.batch().lastOffsetDelta() + 1;
    }
}
