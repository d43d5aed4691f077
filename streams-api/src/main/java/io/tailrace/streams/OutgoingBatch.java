package io.tailrace.streams;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A closed batch until it is acknowledged. Its bytes, and with them its sequence numbers, never change. */
final class OutgoingBatch {
    /** Its place in the order of its partition's batches. */
    final long number;

    final RecordBatch batch;
    /** What it counts for in the producer's buffer. */
    final long chargedBytes;
    /** When to give up, by {@link System#nanoTime()}. */
    final long deadlineNanos;
    /** In the order of the records; empty if nobody wants to know. */
    final List<Delivery> deliveries;
    /** Told apart by this, answers to attempts that were given up are ignored. */
    int attempt;

    boolean answered;
    /** Whether an attempt ended in a way that leaves it open whether the batch was stored. */
    boolean perhapsStored;

    @Nullable
    TailraceException lastError;

    OutgoingBatch(long number, RecordBatch batch, long chargedBytes, long deadlineNanos, List<Delivery> deliveries) {
        this.number = number;
        this.batch = batch;
        this.chargedBytes = chargedBytes;
        this.deadlineNanos = deadlineNanos;
        this.deliveries = deliveries;
    }
}
