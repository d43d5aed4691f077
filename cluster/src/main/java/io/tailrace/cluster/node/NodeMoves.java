package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.CatalogClient;
import io.tailrace.cluster.movement.LeadYield;
import io.tailrace.cluster.movement.LedReplica;
import io.tailrace.cluster.movement.ReplicaAsks;
import io.tailrace.cluster.movement.ReplicaSweeper;
import io.tailrace.cluster.movement.VoterMoves;
import io.tailrace.cluster.placement.ShardedPartitions;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;

/** What a node of several does so that its partitions follow their groups: moves voters, and removes what is left over. */
final class NodeMoves {
    private final PartitionLookup lookup;
    private final VoterMoves voters;
    private final ReplicaSweeper sweeper;
    private final LeadYield lead;
    private final Executor io;

    NodeMoves(
            UUID self,
            ActorSystem<?> system,
            MemberNodes nodes,
            NodeReplicas replicas,
            ShardedPartitions partitions,
            CatalogClient catalog,
            PartitionLookup lookup,
            Executor io) {
        this.lookup = lookup;
        this.io = io;
        ReplicaAsks asks = new ReplicaAsks(system, nodes);
        this.voters = new VoterMoves(
                self,
                () -> replicas.replicas().opened().stream()
                        .flatMap(replica -> LedReplica.of(replica).stream())
                        .toList(),
                new VoterMoves.Changes() {
                    @Override
                    public CompletionStage<ReplicaId> prepare(UUID node, PartitionId partition, long number) {
                        return asks.prepare(node, partition, number);
                    }

                    @Override
                    public CompletionStage<Void> changeVoter(PartitionId partition, ReplicaId replica, boolean votes) {
                        return partitions.changeVoter(partition, replica, votes);
                    }

                    @Override
                    public CompletionStage<Void> start(PartitionId partition) {
                        return partitions.start(partition);
                    }
                },
                nodes::live,
                catalog::report,
                System::nanoTime);
        this.sweeper = new ReplicaSweeper(
                self,
                replicas.replicas()::names,
                catalog::confirmed,
                all -> all.placement(lookup.controlVoters()),
                partitions::describe,
                replicas::remove);
        this.lead = new LeadYield(
                self,
                partition -> votesHere(replicas, partition),
                nodes::live,
                group -> catalog.yieldLead(group, self));
    }

    /** Waits for a moment, while the replica does something else. */
    private static boolean votesHere(NodeReplicas replicas, PartitionId partition) {
        return replicas.replicas()
                .find(partition.text())
                .filter(replica ->
                        replica.status().toCompletableFuture().join().voters().contains(replica.self()))
                .isPresent();
    }

    void follow(Catalog now) {
        lead.follow(now);
        voters.follow(now, lookup.placement());
        sweeper.follow(now);
    }

    /** To be called every second; does nothing that blocks on the caller's thread. */
    void look() {
        io.execute(voters::look);
        io.execute(sweeper::look);
        io.execute(lead::look);
    }
}
