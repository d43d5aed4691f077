package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/** What must hold of a batch that a producer sends: the cheap half from its header alone, the dear half from its records. */
final class BatchCheck {
    private BatchCheck() {}

    static void ensureAppendable(RecordBatch batch) {
        int count = batch.recordCount();
        if (count < 1 || batch.lastOffsetDelta() != count - 1) {
            throw RecordBatch.corrupt(
                    "it claims " + count + " records and a last offset delta of " + batch.lastOffsetDelta());
        }
        int recordsBytes = batch.sizeInBytes() - RecordBatch.HEADER_BYTES;
        if (batch.compression() == Compression.NONE && count > recordsBytes / RecordCursor.MIN_RECORD_BYTES) {
            throw RecordBatch.corrupt("it claims " + count + " records in " + recordsBytes + " bytes");
        }
        if (batch.hasProducerId() && !batch.isControl()) {
            if (batch.producerId() < 0 || batch.producerEpoch() < 0 || batch.baseSequence() < 0) {
                throw RecordBatch.corrupt("its producer id is " + batch.producerId() + ", epoch "
                        + batch.producerEpoch() + ", sequence " + batch.baseSequence());
            }
        }
        batch.ensureValid();
    }

    static void ensureWellFormed(RecordBatch batch, int maxRecordsBytes) {
        ensureAppendable(batch);
        boolean createTime = batch.timestampType() == TimestampType.CREATE_TIME;
        long maxTimestamp = batch.maxTimestamp();
        RecordCursor cursor = batch.cursor(maxRecordsBytes);
        // Deltas rise and none exceeds the last, which is the count less one: so they rise by one.
        while (cursor.next()) {
            cursor.checkHeaders();
            // A search by time trusts the header to skip batches that are too old.
            if (createTime && cursor.timestamp() > maxTimestamp) {
                throw RecordBatch.corrupt(
                        "a record is of " + cursor.timestamp() + ", the header says none is after " + maxTimestamp);
            }
        }
    }

    static void ensureKeyed(RecordBatch batch, int maxRecordsBytes) {
        RecordCursor cursor = batch.cursor(maxRecordsBytes);
        for (int i = 0; cursor.next(); i++) {
            if (cursor.keySize() < 0) {
                throw new TailraceException(
                        ErrorCode.INVALID_RECORD,
                        "Record " + i + " of the batch has no key, and its topic is compacted: of each key the newest"
                                + " record is kept. Give it a key, or send it to a topic with cleanup.policy=delete.");
            }
        }
    }
}
