package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;

/** Is shown the data batches of a log, oldest first. */
@FunctionalInterface
public interface ReplayVisitor {
    /**
     * One data batch.
     *
     * @param sequenceNr its sequence number: data batches counted from 1
     * @param header a view of its header alone, which the visitor may keep
     */
    void visit(long sequenceNr, RecordBatch header);
}
