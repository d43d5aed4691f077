package io.tailrace.cli;

import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;

/** Prints what is in a log, in the order in which it stands there. */
@SuppressWarnings("JavaLangClash") // A record of the log, the field's standard term.
interface LogPrinter {
    /** A batch, or what should be one. */
    void batch(SegmentWalk.Found found);

    /** A record of the batch before it. */
    void record(RecordBatch batch, Record record);

    /** There is no more. */
    void end(long goodBatches, long records, long damaged);
}
