package io.tailrace.cluster.formation;

import io.tailrace.engine.error.TailraceException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an actor system a member of its cluster, and says when it is one and when it no longer is. One for each actor system
 * that a node makes.
 */
public final class ClusterFormation {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterFormation.class);

    private final CompletableFuture<Optional<Membership>> outcome = new CompletableFuture<>();
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private volatile String waitingFor = "";

    private ClusterFormation() {}

    /**
     * Begins.
     *
     * @param system has {@link NodeRoles} of this node and has joined nobody
     * @param nodeId of the data directory
     * @param name what the node is called
     * @param storage whether it may hold replicas
     * @param seeds where to look for the others; with none, a blank node must have been made a cluster of one before
     * @param store what the node knows of its cluster
     * @param io for blocking writes
     */
    public static ClusterFormation begin(
            ActorSystem<?> system,
            UUID nodeId,
            String name,
            boolean storage,
            List<NodeAddress> seeds,
            MembershipStore store,
            Executor io) {
        ClusterFormation formation = new ClusterFormation();
        Cluster cluster = Cluster.get(Adapter.toClassic(system));
        Self self = new Self(
                nodeId,
                name,
                PekkoAddresses.of(cluster.selfAddress()),
                cluster.selfUniqueAddress().longUid(),
                storage);
        system.systemActorOf(
                FormationActor.create(self, seeds, store, io, formation.listener()),
                FormationActor.NAME,
                Props.empty());
        return formation;
    }

    private FormationListener listener() {
        return new FormationListener() {
            @Override
            public void waiting(String what) {
                if (!what.equals(waitingFor) && !what.isEmpty()) {
                    LOG.info("Not a member yet, waiting for {}", what);
                }
                waitingFor = what;
            }

            @Override
            public void up(Membership membership) {
                outcome.complete(Optional.of(membership));
            }

            @Override
            public void failed(TailraceException why) {
                outcome.completeExceptionally(why);
                lost.complete(String.valueOf(why.getMessage()));
            }

            @Override
            public void lost(String why) {
                outcome.complete(Optional.empty());
                lost.complete(why);
            }
        };
    }

    /**
     * Complete with the cluster when the node is up in it; empty if that needs another actor system. Fails with a
     * {@link TailraceException}: FOREIGN_CLUSTER, NODE_NAME_TAKEN, DUPLICATE_NODE_ID, IO_FAILED.
     */
    public CompletionStage<Optional<Membership>> outcome() {
        return outcome.minimalCompletionStage();
    }

    /** Complete, with the reason, when the actor system is no longer of use as a member. */
    public CompletionStage<String> lost() {
        return lost.minimalCompletionStage();
    }

    /** What is still missing, for a person; empty if nothing is. */
    public String waitingFor() {
        return waitingFor;
    }
}
