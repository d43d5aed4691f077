package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replicas;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** Partitions found through their shard region, written at their leader, read from the replica of this process. */
public final class ShardedPartitions implements Partitions {
    private final ActorSystem<?> system;
    private final ActorRef<PartitionEnvelope> region;
    private final Replicas replicas;
    private final Executor io;
    private final Duration locateTimeout;
    private final Duration appendTimeout;
    private volatile boolean closed;
    private final Map<PartitionId, LeaderLink> links = new ConcurrentHashMap<>();

    /**
     * Over a region.
     *
     * @param locateTimeout how long to wait for the name of the leader
     * @param appendTimeout after which an append without answer is unknown
     */
    public ShardedPartitions(
            ActorSystem<?> system,
            ActorRef<PartitionEnvelope> region,
            Replicas replicas,
            Executor io,
            Duration locateTimeout,
            Duration appendTimeout) {
        this.system = system;
        this.region = region;
        this.replicas = replicas;
        this.io = io;
        this.locateTimeout = locateTimeout;
        this.appendTimeout = appendTimeout;
    }

    @Override
    public CompletionStage<Appended> append(PartitionId partition, RecordBatch batch) {
        return link(partition).append(batch);
    }

    @Override
    public CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset) {
        return link(partition).deleteRecords(beforeOffset);
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        return new LocalPartitionReader(partition, link(partition)::locate, () -> true, replicas, io);
    }

    /** Makes sure that somebody leads the partition; fails as an append does. */
    public CompletionStage<Void> start(PartitionId partition) {
        return link(partition).locate().thenApply(leader -> null);
    }

    /** From now on nobody is asked any more who leads: what does not know it yet fails with CLOSED. */
    public void close() {
        closed = true;
        links.values().forEach(LeaderLink::close);
    }

    /**
     * Forgets the way to a partition whose topic has been deleted. Who still holds a reader hears UNKNOWN_TOPIC; whoever asks for the
     * partition again asks the catalogue in effect, and hears it too.
     */
    public void forget(PartitionId partition) {
        links.remove(partition);
    }

    private LeaderLink link(PartitionId partition) {
        LeaderLink link = links.computeIfAbsent(
                partition, id -> new LeaderLink(system, region, id, locateTimeout, appendTimeout));
        if (closed) {
            link.close();
        }
        return link;
    }
}
