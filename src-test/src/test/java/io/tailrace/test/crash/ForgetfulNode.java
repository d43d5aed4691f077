package io.tailrace.test.crash;

import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorSystem;

/** A real node that now and then loses the answer to an append that it has carried out: its producers have to send again. */
public final class ForgetfulNode implements Tailrace, Partitions {
    private final Tailrace node;
    private final Random random;
    private final int loseOneIn;
    private final AtomicLong lost = new AtomicLong();

    /** Over that node; of so many answers one is lost. */
    public ForgetfulNode(Tailrace node, long seed, int loseOneIn) {
        this.node = node;
        this.random = new Random(seed);
        this.loseOneIn = loseOneIn;
    }

    /** How many answers were lost, and so how many batches sent again though they were stored. */
    public long lostAnswers() {
        return lost.get();
    }

    private synchronized boolean loses() {
        return random.nextInt(loseOneIn) == 0;
    }

    @Override
    public CompletionStage<Appended> append(PartitionId partition, RecordBatch batch) {
        return node.partitions().append(partition, batch).thenCompose(stored -> {
            if (!loses()) {
                return CompletableFuture.completedStage(stored);
            }
            lost.incrementAndGet();
            return CompletableFuture.failedStage(
                    new TailraceException(ErrorCode.OUTCOME_UNKNOWN, "The answer was lost: send again."));
        });
    }

    @Override
    public CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset) {
        return node.partitions().deleteRecords(partition, beforeOffset);
    }

    @Override
    public CompletionStage<Partition.Description> describe(PartitionId partition) {
        return node.partitions().describe(partition);
    }

    @Override
    public CompletionStage<Replica.Standing> replica(PartitionId partition) {
        return node.partitions().replica(partition);
    }

    @Override
    public CompletionStage<Replica.Standing> recoverUncleanly(PartitionId partition) {
        return node.partitions().recoverUncleanly(partition);
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        return node.partitions().reader(partition);
    }

    @Override
    public ActorSystem<?> system() {
        return node.system();
    }

    @Override
    public Path dataDirectory() {
        return node.dataDirectory();
    }

    @Override
    public String nodeName() {
        return node.nodeName();
    }

    @Override
    public boolean ready() {
        return node.ready();
    }

    @Override
    public Topics topics() {
        return node.topics();
    }

    @Override
    public Partitions partitions() {
        return this;
    }

    @Override
    public void close() {
        node.close();
    }
}
