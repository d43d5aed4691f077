package io.tailrace.cluster.placement;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.Replicas;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** Partitions found through their shard region, written at their leader, read from the nearest replica. */
public final class ShardedPartitions implements Partitions {
    private final ActorSystem<?> system;
    private final ActorRef<PartitionEnvelope> region;
    private final Function<PartitionId, CompletionStage<PlacementGroup>> groups;
    private final String nodeId;
    private final Replicas replicas;
    private final ReplicaReaders readers;
    private final BiFunction<String, PartitionId, PartitionReader> elsewhere;
    private final NearReplicas near;
    private final ActorRef<LeaderWatch.Command> watch;
    private final Duration locateTimeout;
    private final Duration appendTimeout;
    private volatile boolean closed;
    private final Map<PartitionId, LeaderLink> links = new ConcurrentHashMap<>();

    /**
     * Over a region.
     *
     * @param groups says which group a partition lives in, at once where that is known here
     * @param nodeId of this node
     * @param elsewhere opens a reader of the replica on the node with that id
     * @param near which of those are to be read rather than the leader
     * @param locateTimeout how long to wait for the name of the leader
     * @param appendTimeout after which an append without answer is unknown
     */
    public ShardedPartitions(
            ActorSystem<?> system,
            ActorRef<PartitionEnvelope> region,
            Function<PartitionId, CompletionStage<PlacementGroup>> groups,
            String nodeId,
            Replicas replicas,
            Executor io,
            BiFunction<String, PartitionId, PartitionReader> elsewhere,
            NearReplicas near,
            Duration locateTimeout,
            Duration appendTimeout) {
        this.system = system;
        this.region = region;
        this.groups = groups;
        this.nodeId = nodeId;
        this.replicas = replicas;
        this.readers = new ReplicaReaders(replicas, io);
        this.elsewhere = elsewhere;
        this.near = near;
        this.watch = system.systemActorOf(LeaderWatch.create(), "tailrace-leader-watch", Props.empty());
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
    public CompletionStage<Partition.Description> describe(PartitionId partition) {
        return link(partition).describe();
    }

    @Override
    public CompletionStage<Replica.Standing> replica(PartitionId partition) {
        return here(partition).thenCompose(Replica::standing);
    }

    @Override
    public CompletionStage<Replica.Standing> recoverUncleanly(PartitionId partition) {
        return here(partition).thenCompose(Replica::recoverUncleanly);
    }

    private CompletionStage<Replica> here(PartitionId partition) {
        return replicas.find(partition.text())
                .map(CompletableFuture::completedStage)
                .orElseGet(() -> CompletableFuture.failedStage(new TailraceException(
                        ErrorCode.NO_REPLICA,
                        "This node holds no replica of partition " + partition
                                + " that is open: ask a node that does.")));
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        return new NearestReader(
                link(partition),
                nodeId,
                () -> replicas.find(partition.text()).map(ReplicaState::of),
                leader -> near.nearerThan(partition, leader),
                node -> node.equals(nodeId) ? readers.reader(partition) : elsewhere.apply(node, partition),
                (delay, what) -> system.scheduler().scheduleOnce(delay, what, system.executionContext()));
    }

    /** Makes sure that somebody leads the partition; fails as an append does. */
    public CompletionStage<Void> start(PartitionId partition) {
        return link(partition).locate().thenApply(leader -> null);
    }

    /**
     * Lets a replica vote in a partition that is led on this node, or no longer: see {@link Partition.ChangeVoter}. Fails as that does,
     * with PARTITION_UNAVAILABLE if it is led elsewhere.
     */
    public CompletionStage<Void> changeVoter(PartitionId partition, ReplicaId replica, boolean votes) {
        return link(partition).changeVoter(nodeId, replica, votes);
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
                partition, id -> new LeaderLink(system, region, id, groups, watch, locateTimeout, appendTimeout));
        if (closed) {
            link.close();
        }
        return link;
    }
}
