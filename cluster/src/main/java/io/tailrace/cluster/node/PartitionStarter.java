package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.ShardedPartitions;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Starts every partition that the catalogue names, a few at a time: an actor starts with its first message only, and a partition
 * that is not started lets nothing go by age. Thread-safe.
 */
final class PartitionStarter {
    /** Elections fsync; more of them at once would not end sooner. */
    private static final int AT_ONCE = 32;

    private final ShardedPartitions partitions;
    private final Map<UUID, Integer> known = new HashMap<>();
    private final Queue<PartitionId> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> firstRound = new CompletableFuture<>();
    private int underWay;
    private boolean followed;
    private boolean closing;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** A starter that has nothing to start yet. */
    PartitionStarter(ShardedPartitions partitions) {
        this.partitions = partitions;
    }

    /** Starts what is new in this catalogue. */
    void follow(Catalog catalog) {
        synchronized (this) {
            known.keySet().retainAll(catalog.byId().keySet());
            catalog.byId().values().forEach(this::enqueue);
            followed = true;
        }
        startNext();
    }

    private void enqueue(Topic topic) {
        int from = known.getOrDefault(topic.id(), 0);
        for (int partition = from; partition < topic.partitions(); partition++) {
            waiting.add(topic.partition(partition));
        }
        known.put(topic.id(), topic.partitions());
    }

    private void startNext() {
        while (true) {
            PartitionId next;
            synchronized (this) {
                if (closing) {
                    waiting.clear();
                }
                if (underWay >= AT_ONCE) {
                    return;
                }
                next = waiting.poll();
                if (next == null) {
                    break;
                }
                underWay++;
            }
            // One that cannot be started says so in the log and tries again by itself.
            partitions.start(next).whenComplete((started, failure) -> done());
        }
        synchronized (this) {
            if (underWay > 0) {
                return;
            }
            if (closing) {
                closed.complete(null);
                return;
            }
            if (!followed) {
                return;
            }
        }
        firstRound.complete(null);
    }

    private void done() {
        synchronized (this) {
            underWay--;
        }
        startNext();
    }

    /** Complete when each partition that the catalogue named at first leads, or has said why it cannot. */
    CompletionStage<Void> firstRound() {
        return firstRound;
    }

    /** Starts nothing more; complete when nothing is being started any longer. */
    CompletionStage<Void> close() {
        synchronized (this) {
            closing = true;
        }
        startNext();
        return closed;
    }
}
