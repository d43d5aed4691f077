package io.tailrace.cluster.node;

import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * Ties a node to an actor system: one each. A node that is still being put together can be had already, once its
 * partitions can be used: the catalogue is a persistent actor whose journal is the node itself.
 */
public final class TailraceExtension implements Extension {
    private static final Id ID = new Id();

    private final ActorSystem system;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final CompletableFuture<Tailrace> usable = new CompletableFuture<>();
    private final CompletableFuture<Tailrace> serving = new CompletableFuture<>();

    private TailraceExtension(ActorSystem system) {
        this.system = system;
    }

    /** The extension of that system. Does not start a node. */
    public static TailraceExtension of(ClassicActorSystemProvider system) {
        return ID.get(system.classicSystem());
    }

    /** The node of this system, started with the system's settings if there is none yet. Blocking until it serves. */
    Tailrace node() {
        if (claim()) {
            start();
        }
        try {
            return serving.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TailraceException known) {
                throw new TailraceException(known.code(), String.valueOf(known.getMessage()), known);
            }
            throw e;
        }
    }

    /**
     * The node of this system as soon as its partitions can be used, which may be before its topics can; started, on a thread of
     * its own, if nobody has.
     *
     * @return fails as {@link Tailrace#get}
     */
    public CompletionStage<Tailrace> usable() {
        if (claim()) {
            Thread starter = new Thread(this::start, "tailrace-start");
            starter.setDaemon(true);
            starter.start();
        }
        return usable;
    }

    private void start() {
        try {
            serve(NodeStart.within(system));
        } catch (RuntimeException e) {
            usable.completeExceptionally(e);
            serving.completeExceptionally(e);
        }
    }

    /** {@code true} for the one who is to start the node. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /** A node is being put together: its partitions can be used. */
    void offer(Tailrace node) {
        usable.complete(node);
    }

    /** The node that was claimed serves. */
    void serve(Tailrace node) {
        offer(node);
        serving.complete(node);
    }

    private static final class Id extends AbstractExtensionId<TailraceExtension> {
        @Override
        public TailraceExtension createExtension(ExtendedActorSystem system) {
            return new TailraceExtension(system);
        }
    }
}
