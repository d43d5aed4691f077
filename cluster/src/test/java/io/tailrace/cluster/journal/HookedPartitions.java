package io.tailrace.cluster.journal;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** Real partitions, with something that may get in the way of appends, or damage what is read. */
final class HookedPartitions implements Partitions {
    private final Partitions real;
    private volatile Hook hook = Partitions::append;
    private volatile boolean damaging;

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

    /** From now on the last byte of whatever is read is wrong. */
    void damage() {
        damaging = true;
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
    public CompletionStage<Partition.Description> describe(PartitionId partition) {
        return real.describe(partition);
    }

    @Override
    public CompletionStage<Replica.Standing> replica(PartitionId partition) {
        return real.replica(partition);
    }

    @Override
    public CompletionStage<Replica.Standing> recoverUncleanly(PartitionId partition) {
        return real.recoverUncleanly(partition);
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        PartitionReader reader = real.reader(partition);
        return damaging ? new DamagingReader(reader) : reader;
    }

    private record DamagingReader(PartitionReader real) implements PartitionReader {
        @Override
        public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
            return real.fetch(offset, maxBytes).thenApply(fetched -> {
                ByteBuffer bytes = fetched.batches();
                int last = bytes.limit() - 1;
                bytes.put(last, (byte) (bytes.get(last) ^ 1));
                return fetched;
            });
        }

        @Override
        public CompletionStage<OffsetRange> offsets() {
            return real.offsets();
        }

        @Override
        public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
            return real.offsetForTime(timestampMillis);
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
