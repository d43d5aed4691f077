package io.tailrace.cluster.node;

import io.tailrace.cluster.backup.BackupManifest;
import io.tailrace.cluster.catalog.Placements;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.group.Groups;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.cluster.quota.Quotas;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Scrubber;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of several, through all the actor systems that it needs: one that was downed, or whose cluster has lost the majority, can never be
 * a member again, so the node ends it in order and starts as after a crash, with a new one on the same data. Who holds the
 * node, its topics, partitions and readers goes on with it.
 */
final class LastingNode implements Tailrace, Lives {
    private static final Logger LOG = LoggerFactory.getLogger(LastingNode.class);
    private static final long PAUSE_NANOS = 500_000_000;
    /** How long others may still take the node's last life for another node. */
    private static final long CONFLICT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final LifeStart start;
    private final NodeSettings settings;
    private final Closers closers;
    private final Topics topics = new LastingTopics(this);
    private final Placements placements = new LastingPlacements(this);
    private final Quotas quotas = new LastingQuotas(this);
    private final Groups groups = new LastingGroups(this);
    private final Partitions partitions = new LastingPartitions(this);
    private final List<Consumer<ActorSystem<?>>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Done> ended = new CompletableFuture<>();
    private volatile Life last;
    private volatile boolean alive = true;
    private volatile boolean closing;
    private @Nullable Thread starter;

    /** Starts a node as after a crash. Blocking. */
    interface LifeStart {
        /**
         * A life, at a port that an earlier one had, if that can be.
         *
         * @param port 0 for what the settings say
         */
        Life begin(int port);
    }

    private enum Lost implements CoordinatedShutdown.Reason {
        CLUSTER
    }

    private LastingNode(LifeStart start, NodeSettings settings, Closers closers, Life first) {
        this.start = start;
        this.settings = settings;
        this.closers = closers;
        this.last = first;
    }

    /** Blocking; fails as the first life does, unless that has only lost its actor system. */
    static LastingNode start(LifeStart start, NodeSettings settings, Closers closers) {
        LastingNode node = new LastingNode(start, settings, closers, first(start, settings));
        node.watch(node.last);
        return node;
    }

    private static Life first(LifeStart start, NodeSettings settings) {
        long deadline =
                System.nanoTime() + settings.cluster().formationTimeout().toNanos();
        while (true) {
            try {
                return start.begin(0);
            } catch (LostAtStart e) {
                if (Thread.currentThread().isInterrupted() || System.nanoTime() - deadline > 0) {
                    throw e.because();
                }
                LOG.warn("The node lost its actor system while it was starting, and starts another");
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void watch(Life life) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(life.home().classic());
        if (life.home().formation() != null) {
            life.home().formation().lost().thenAccept(why -> {
                // On its way out it stops being a member, too.
                if (shutdown.getShutdownReason().isEmpty()) {
                    LOG.warn("The node leaves its actor system and starts another: {}", why);
                    shutdown.runAll(Lost.CLUSTER);
                }
            });
        }
        life.home()
                .classic()
                .getWhenTerminated()
                .whenComplete((done, failure) -> begin("tailrace-node-start", () -> succeed(life, shutdown)));
    }

    private void begin(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        synchronized (this) {
            if (closing) {
                return;
            }
            starter = thread;
            thread.start();
        }
    }

    /** Whether it was ended since it can be no member any more. */
    static boolean isLost(CoordinatedShutdown shutdown) {
        return shutdown.getShutdownReason().filter(LastingNode::isLost).isPresent();
    }

    /** By the others' decision; one that leaves, or is terminated, does as it was told. */
    private static boolean isLost(CoordinatedShutdown.Reason reason) {
        return reason instanceof Lost
                || reason.equals(CoordinatedShutdown.clusterDowningReason())
                || reason.equals(CoordinatedShutdown.clusterJoinUnsuccessfulReason());
    }

    /** One life is over; is there another? On a thread of its own. */
    private void succeed(Life over, CoordinatedShutdown shutdown) {
        alive = false;
        over.end();
        // What is still being closed has to be closed before it is opened again.
        over.node().close();
        if (!isLost(shutdown)) {
            end(new TailraceException(
                    ErrorCode.CLOSED,
                    "The actor system of the node was ended by the application, and the node with it."));
            return;
        }
        long begun = System.nanoTime();
        int port = Cluster.get(over.home().classic()).selfAddress().getPort().orElse(0);
        while (!closing) {
            try {
                take(start.begin(port));
                return;
            } catch (RuntimeException e) {
                TailraceException why = Failures.named(e);
                boolean conflict = why.code() == ErrorCode.NODE_NAME_TAKEN || why.code() == ErrorCode.DUPLICATE_NODE_ID;
                if (!closing && isFinal(why.code()) && !(conflict && System.nanoTime() - begun < CONFLICT_NANOS)) {
                    end(why);
                    return;
                }
                if (!closing) {
                    LOG.warn("The node has not started again yet: {} {}", why.code(), why.getMessage());
                }
                port = why.code() == ErrorCode.IO_FAILED ? 0 : port;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** What another try would not change. */
    private static boolean isFinal(ErrorCode code) {
        return switch (code) {
            case FOREIGN_CLUSTER, NODE_NAME_TAKEN, DUPLICATE_NODE_ID -> true;
            case INVALID_SETTING, CORRUPT_LOG -> true;
            case DATA_DIR_IN_USE, DATA_DIR_UNUSABLE, DATA_DIR_VERSION -> true;
            default -> false;
        };
    }

    private void take(Life next) {
        boolean tooLate;
        synchronized (this) {
            tooLate = closing;
            if (!tooLate) {
                last = next;
                alive = true;
            }
        }
        if (tooLate) {
            next.closing();
            next.node().close();
            return;
        }
        LOG.warn("The node is a member of its cluster again, with another actor system");
        for (Consumer<ActorSystem<?>> listener : listeners) {
            try {
                listener.accept(next.node().system());
            } catch (RuntimeException e) {
                LOG.error("Who was told of the node's new actor system failed", e);
            }
        }
        watch(next);
    }

    private void end(TailraceException why) {
        LOG.error("The node has ended: {} {}", why.code(), why.getMessage());
        closing = true;
        ended.completeExceptionally(why);
    }

    @Override
    public @Nullable Life present() {
        return alive ? last : null;
    }

    @Override
    public boolean over() {
        return closing;
    }

    @Override
    public ActorSystem<?> system() {
        return last.node().system();
    }

    @Override
    public String nodeName() {
        return settings.nodeName();
    }

    @Override
    public String nodeName(String nodeId) {
        Life life = present();
        return life == null ? nodeId : life.node().nodeName(nodeId);
    }

    @Override
    public boolean ready() {
        Life life = present();
        return !closing && life != null && life.node().ready();
    }

    @Override
    public Path dataDirectory() {
        return settings.dataDirectory();
    }

    @Override
    public CompletionStage<BackupManifest> backup(Path directory) {
        return ask(ErrorCode.NOT_READY, ErrorCode.CLOSED, node -> node.backup(directory));
    }

    @Override
    public Topics topics() {
        return topics;
    }

    @Override
    public Placements placements() {
        return placements;
    }

    @Override
    public Groups groups() {
        return groups;
    }

    @Override
    public Quotas quotas() {
        return quotas;
    }

    /** Each life is given the same. */
    @Override
    public Throttles throttles() {
        return last.node().throttles();
    }

    @Override
    public Scrubber scrubber() {
        Life life = present();
        if (life == null) {
            throw new TailraceException(
                    ErrorCode.NOT_READY, "The node is becoming a member of its cluster again: ask again.");
        }
        return life.node().scrubber();
    }

    @Override
    public Partitions partitions() {
        return partitions;
    }

    @Override
    public CompletionStage<Done> whenEnded() {
        return ended.minimalCompletionStage();
    }

    @Override
    public void onNewSystem(Consumer<ActorSystem<?>> listener) {
        listeners.add(listener);
    }

    @Override
    public Runnable beforeClose(Supplier<CompletionStage<Done>> close) {
        return closers.add(close);
    }

    @Override
    public void close() {
        Thread starting;
        synchronized (this) {
            closing = true;
            starting = starter;
        }
        if (starting != null && starting.isAlive() && starting != Thread.currentThread()) {
            // It may be waiting for the others of its cluster.
            starting.interrupt();
            awaitEnd(starting);
        }
        Life life = last;
        life.closing();
        life.node().close();
        life.end();
        ended.complete(Done.getInstance());
    }

    private static void awaitEnd(Thread starting) {
        try {
            starting.join(TimeUnit.SECONDS.toMillis(60));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
