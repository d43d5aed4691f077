package io.tailrace.cluster.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;

/**
 * The order in which a node comes to its end, whether it is closed, its actor system is ended by somebody else, or it has lost its cluster: what is to be
 * closed before it is; its members leave their consumer groups; others lead what it led; what stores through the journal comes to rest; nothing is started here any more; then sharding hands over and the node leaves,
 * which Pekko's coordinated shutdown does; then its logs are closed.
 */
final class NodeEnd {
    private final NodeSystem home;
    private final CoordinatedShutdown shutdown;
    private final Closers closers;
    private final Supplier<CompletionStage<Done>> leaveGroups;
    private final Departure departure;
    private final Supplier<CompletionStage<Done>> rest;
    private final Supplier<CompletionStage<Void>> stopStarting;
    private final Runnable release;
    private volatile boolean begun;
    private boolean released;

    /**
     * Of a node.
     *
     * @param closers what is to be closed before it
     * @param leaveGroups lets its members leave their groups; never fails
     * @param rest lets what stores through the journal come to rest
     * @param stopStarting asks for no partition any more
     * @param release closes the logs and gives the directory back; called once
     */
    NodeEnd(
            NodeSystem home,
            Closers closers,
            Supplier<CompletionStage<Done>> leaveGroups,
            Departure departure,
            Supplier<CompletionStage<Done>> rest,
            Supplier<CompletionStage<Void>> stopStarting,
            Runnable release) {
        this.home = home;
        this.shutdown = CoordinatedShutdown.get(home.classic());
        this.closers = closers;
        this.leaveGroups = leaveGroups;
        this.departure = departure;
        this.rest = rest;
        this.stopStarting = stopStarting;
        this.release = release;
    }

    /** From now on the actor system does not end without it. */
    void prepare() {
        // A region that is asked for a partition while it stops would wait for it until its time is over.
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "tailrace-stop-starting", () -> {
            begun = true;
            // Without its cluster nothing would be stored.
            CompletionStage<Done> rested = LastingNode.isLost(shutdown)
                    ? CompletableFuture.completedStage(Done.getInstance())
                    : closers.closeAll().thenCompose(closed -> rest.get());
            return rested.thenCompose(done -> stopStarting.get()).thenApply(stopped -> Done.getInstance());
        });
        shutdown.addTask(
                CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                "tailrace-close-logs",
                () -> CompletableFuture.supplyAsync(() -> {
                    releaseOnce();
                    return Done.getInstance();
                }));
    }

    /** Whether it has begun. */
    boolean begun() {
        return begun;
    }

    /** Brings it about. Blocking, idempotent. */
    void bring() {
        begun = true;
        leave();
        home.close();
        releaseOnce();
    }

    /**
     * Before the shutdown begins: from then on Pekko tells nobody that actors here have stopped, and who waits for one of them learns it when this
     * node is a member no more. Who is no member, or alone, has nobody to tell.
     */
    private void leave() {
        if (shutdown.getShutdownReason().isEmpty()) {
            closers.closeAll().toCompletableFuture().join();
            leaveGroups.get().toCompletableFuture().join();
            if (home.isMember()) {
                departure.begin().toCompletableFuture().join();
            }
        }
    }

    /** Who comes second waits for that. */
    private synchronized void releaseOnce() {
        if (!released) {
            released = true;
            release.run();
        }
    }
}
