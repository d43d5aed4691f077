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

    /**
     * Goes through the records.
     *
     * @param records of the batch, uncompressed
     * @param keyed whether each has to have a key
     * @return whether each has one
     */
    static boolean ensureWellFormed(RecordBatch batch, ByteCursor records, boolean keyed) {
        boolean createTime = batch.timestampType() == TimestampType.CREATE_TIME;
        long maxTimestamp = -1;
        boolean allKeyed = true;
        RecordCursor cursor = new RecordCursor(batch, records);
        // Deltas rise and none exceeds the last, which is the count less one: so they rise by one.
        for (int i = 0; cursor.next(); i++) {
            cursor.checkHeaders();
            long timestamp = cursor.createTimestamp();
            if (timestamp < -1) {
                throw RecordBatch.corrupt("a record is of " + timestamp + " ms, which lies before 1970");
            }
            maxTimestamp = Math.max(maxTimestamp, timestamp);
            if (cursor.keySize() < 0) {
                allKeyed = false;
                if (keyed) {
                    throw unkeyed(i);
                }
            }
        }
        // A search by time, and retention, trust the header.
        if (createTime && maxTimestamp != batch.maxTimestamp()) {
            throw RecordBatch.corrupt(
                    "its newest record is of " + maxTimestamp + ", the header says " + batch.maxTimestamp());
        }
        return allKeyed;
    }

    private static TailraceException unkeyed(int record) {
        return new TailraceException(
                ErrorCode.INVALID_RECORD,
                "Record " + record + " of the batch has no key, and its topic is compacted: of each key the newest"
                        + " record is kept. Give it a key, or send it to a topic with cleanup.policy=delete.");
    }
}
