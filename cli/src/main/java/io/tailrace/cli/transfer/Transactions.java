package io.tailrace.cli.transfer;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which batches of a Kafka log belong to transactions that were committed (KIP-98). Only the marker behind them tells, so a log is gone through once before: its
 * transactions that were aborted, or have no end in it, are remembered.
 */
public final class Transactions {
    private static final short ABORT = 0;
    private static final short COMMIT = 1;
    private static final int KEY_BYTES = 4;
    private static final int MAX_MARKER_BYTES = 64 << 10;
    private static final int MOST = 1_000_000;

    private record Range(long first, long last) {}

    private final Map<Long, Long> open = new HashMap<>();
    private final Map<Long, List<Range>> uncommitted = new HashMap<>();
    private int count;

    /** Goes through the batches of one of the log's files; these come in their order. */
    public void scan(BatchInput in) throws IOException {
        for (RecordBatch batch = in.next(); batch != null; batch = in.next()) {
            if (!batch.isTransactional()) {
                continue;
            }
            if (!batch.isControl()) {
                open.putIfAbsent(batch.producerId(), batch.baseOffset());
                bound();
                continue;
            }
            short type = marker(batch);
            Long first = type == ABORT || type == COMMIT ? open.remove(batch.producerId()) : null;
            if (first != null && type == ABORT) {
                leaveOut(batch.producerId(), first, batch.lastOffset());
            }
        }
    }

    /** Nothing more is scanned. */
    public void end() {
        open.forEach((producer, first) -> leaveOut(producer, first, Long.MAX_VALUE));
        open.clear();
    }

    private void leaveOut(long producer, long first, long last) {
        uncommitted.computeIfAbsent(producer, id -> new ArrayList<>()).add(new Range(first, last));
        count++;
        bound();
    }

    private void bound() {
        if (open.size() + count > MOST) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "More than " + MOST + " transactions were not committed: import fewer files at once.");
        }
    }

    /** Whether readers of what is committed see that batch of data. */
    boolean isCommitted(RecordBatch batch) {
        return !batch.isTransactional()
                || uncommitted.getOrDefault(batch.producerId(), List.of()).stream()
                        .noneMatch(range -> batch.baseOffset() >= range.first() && batch.lastOffset() <= range.last());
    }

    /** The type in a marker's key, -1 if it is none. */
    private static short marker(RecordBatch batch) {
        RecordCursor cursor = batch.cursor(MAX_MARKER_BYTES);
        if (!cursor.next() || cursor.keySize() < KEY_BYTES) {
            return -1;
        }
        return ByteBuffer.wrap(cursor.array()).getShort(cursor.keyAt() + Short.BYTES);
    }
}
