package io.tailrace.streams.runtime;

import io.tailrace.engine.record.RecordBatch;

/** A batch of outputs on its way to its partition. Its bytes never change, so the partition recognizes it when it comes again. */
final class OutputBatch {
    /** The commit that it belongs to. */
    final long commit;
    /** Its place among that commit's batches, from 0. */
    final int number;

    final OutputPartition partition;
    final RecordBatch batch;
    /** Whether an earlier life may have sent it. */
    final boolean replayed;

    /** Whether all batches before it were known to be stored when it was sent last. */
    boolean first;

    boolean stored;

    OutputBatch(long commit, int number, OutputPartition partition, RecordBatch batch, boolean replayed) {
        this.commit = commit;
        this.number = number;
        this.partition = partition;
        this.batch = batch;
        this.replayed = replayed;
    }

    /** The same with other sequence numbers. */
    OutputBatch with(RecordBatch renumbered) {
        return new OutputBatch(commit, number, partition, renumbered, replayed);
    }
}
