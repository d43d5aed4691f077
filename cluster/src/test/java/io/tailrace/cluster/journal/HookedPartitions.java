package io.tailrace.cluster.journal;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.util.concurrent.CompletionStage;

/** Real partitions, with something that may get in the way of appends. */
final class HookedPartitions implements Partitions {
    private final Partitions real;
    private volatile Hook hook = Partitions::append;

    /** What happens instead of an append. */
    @FunctionalInterface
    interface Hook {
        CompletionStage<Appended> append(Partitions real, PartitionId partition, RecordBatch batch);
    }

    HookedPartitions(Partitions real) {
        this.real = real;
    }

    void hook(Hook next) {
        hook = next;
    }

    void unhook() {
        hook = Partitions::append;
    }

    @Override
    public CompletionStage<Appended> append(PartitionId partition, RecordBatch batch) {
        return hook.append(real, partition, batch);
    }

    @Override
    public CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset) {
        return real.deleteRecords(partition, beforeOffset);
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        return real.reader(partition);
    }
}
