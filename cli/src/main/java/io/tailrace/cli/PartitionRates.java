package io.tailrace.cli;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** How fast each partition was: its records, and when its stream was done. For any thread. */
final class PartitionRates {
    private final AtomicLongArray records;
    private final AtomicLongArray nanos;

    PartitionRates(int partitions) {
        this.records = new AtomicLongArray(partitions);
        this.nanos = new AtomicLongArray(partitions);
    }

    void done(int partition, long partitionRecords, long elapsedNanos) {
        records.set(partition, partitionRecords);
        nanos.set(partition, Math.max(1, elapsedNanos));
    }

    /** The slowest rate as a share of the mean rate; {@code null} where there is nothing to compare. */
    @Nullable
    Double slowestOfMean() {
        if (records.length() < 2) {
            return null;
        }
        double[] rates = new double[records.length()];
        Arrays.setAll(rates, i -> (double) records.get(i) / nanos.get(i));
        double mean = Arrays.stream(rates).average().orElse(0);
        double slowest = Arrays.stream(rates).min().orElse(0);
        return mean == 0 ? null : slowest / mean;
    }
}
