package io.tailrace.cluster.node;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The partitions, asked of the node as it is at the moment. */
final class LastingPartitions implements Partitions {
    private final Lives lives;

    LastingPartitions(Lives lives) {
        this.lives = lives;
    }

    private <T> CompletionStage<T> ask(ErrorCode ifLost, Function<Partitions, CompletionStage<T>> question) {
        return lives.ask(ErrorCode.PARTITION_UNAVAILABLE, ifLost, node -> question.apply(node.partitions()));
    }

    @Override
    public CompletionStage<Appended> append(PartitionId partition, RecordBatch batch) {
        return ask(ErrorCode.OUTCOME_UNKNOWN, partitions -> partitions.append(partition, batch));
    }

    @Override
    public CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset) {
        return ask(ErrorCode.OUTCOME_UNKNOWN, partitions -> partitions.deleteRecords(partition, beforeOffset));
    }

    @Override
    public CompletionStage<Partition.Description> describe(PartitionId partition) {
        return ask(ErrorCode.PARTITION_UNAVAILABLE, partitions -> partitions.describe(partition));
    }

    @Override
    public CompletionStage<Replica.Standing> replica(PartitionId partition) {
        return ask(ErrorCode.PARTITION_UNAVAILABLE, partitions -> partitions.replica(partition));
    }

    @Override
    public CompletionStage<Replica.Standing> recoverUncleanly(PartitionId partition) {
        return ask(ErrorCode.OUTCOME_UNKNOWN, partitions -> partitions.recoverUncleanly(partition));
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        return new LastingReader(lives, partition);
    }
}
