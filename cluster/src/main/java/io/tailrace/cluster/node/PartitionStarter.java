package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.Placement;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Keeps the partitions started that this node is to lead, a few at a time: an actor starts with its first message only, also where its
 * shard has moved to, and a partition that is not started lets nothing go by age. A partition is this node's to start if this is
 * the first of its voters that lives.
 *
 * <p>A group may be led elsewhere all the same, until it is moved here. So one of its partitions is asked for at each look, and all of them
 * when that one is found to be led here. Thread-safe.
 */
final class PartitionStarter {
    /** Elections fsync; more of them at once would not end sooner. */
    private static final int AT_ONCE = 32;
    /** So long what has been tried, and does not lead here after all, is left in peace. */
    private static final long AGAIN_NANOS = 10_000_000_000L;

    private final UUID self;
    private final Function<PartitionId, CompletionStage<Void>> start;
    private final Predicate<PartitionId> leadsHere;
    private final Supplier<Set<UUID>> live;
    private final LongSupplier nanoClock;
    private final Map<UUID, Integer> known = new HashMap<>();
    private final Set<PartitionId> waiting = new LinkedHashSet<>();
    private final Set<PartitionId> underWay = new HashSet<>();
    private final Map<PartitionId, Long> tried = new HashMap<>();
    /** Groups that a partition was found in to be led here since the last look. */
    private final Set<PlacementGroup> arrived = new HashSet<>();

    private final CompletableFuture<Void> firstRound = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private Catalog catalog = Catalog.EMPTY;
    private Placement placement;
    private Set<UUID> lastLive = Set.of();
    private boolean followed;
    private boolean closing;

    /**
     * A starter that has nothing to start yet.
     *
     * @param self this node's id
     * @param start makes sure that somebody leads the partition
     * @param leadsHere whether it is led on this node
     * @param live the nodes that are up and can be reached
     */
    PartitionStarter(
            UUID self,
            Function<PartitionId, CompletionStage<Void>> start,
            Predicate<PartitionId> leadsHere,
            Supplier<Set<UUID>> live,
            LongSupplier nanoClock) {
        this.self = self;
        this.start = start;
        this.leadsHere = leadsHere;
        this.live = live;
        this.nanoClock = nanoClock;
        this.placement = Catalog.EMPTY.placement(List.of());
    }

    /** Starts what is new in this catalogue. */
    void follow(Catalog now, Placement places) {
        synchronized (this) {
            catalog = now;
            placement = places;
            known.keySet().retainAll(now.byId().keySet());
            tried.keySet().removeIf(partition -> !known.containsKey(partition.topicId()));
            lastLive = live.get();
            for (Topic topic : now.byId().values()) {
                idle(topic, known.getOrDefault(topic.id(), 0)).forEach(this::enqueue);
                known.put(topic.id(), topic.partitions());
            }
            followed = true;
        }
        startNext();
    }

    /** To be called every second or two: starts what has come to be this node's, or is not led here any more. */
    void look() {
        synchronized (this) {
            Set<UUID> now = live.get();
            if (!now.equals(lastLive)) {
                lastLive = now;
                tried.clear();
            }
            Set<PlacementGroup> asked = new HashSet<>();
            for (Topic topic : catalog.byId().values()) {
                for (PartitionId partition : idle(topic, 0)) {
                    PlacementGroup group = PlacementGroup.of(partition, topic.replicas());
                    if (asked.add(group) || arrived.contains(group) || isDue(partition)) {
                        enqueue(partition);
                    }
                }
            }
            arrived.clear();
        }
        startNext();
    }

    /** The partitions from that number on that are this node's, and are not led here. */
    private List<PartitionId> idle(Topic topic, int from) {
        List<PartitionId> idle = new ArrayList<>();
        for (int number = from; number < topic.partitions(); number++) {
            PartitionId partition = topic.partition(number);
            if (isMine(partition) && !leadsHere.test(partition)) {
                idle.add(partition);
            }
        }
        return idle;
    }

    private boolean isDue(PartitionId partition) {
        Long last = tried.get(partition);
        return last == null || nanoClock.getAsLong() - last >= AGAIN_NANOS;
    }

    private void enqueue(PartitionId partition) {
        tried.put(partition, nanoClock.getAsLong());
        if (!underWay.contains(partition)) {
            waiting.add(partition);
        }
    }

    private boolean isMine(PartitionId partition) {
        Optional<UUID> first = placement
                .voters(partition)
                .flatMap(voters -> voters.stream().filter(lastLive::contains).findFirst());
        return first.isPresent() && first.get().equals(self);
    }

    private void startNext() {
        while (true) {
            PartitionId next;
            synchronized (this) {
                if (closing) {
                    waiting.clear();
                }
                Iterator<PartitionId> first = waiting.iterator();
                if (underWay.size() >= AT_ONCE) {
                    return;
                }
                if (!first.hasNext()) {
                    break;
                }
                next = first.next();
                first.remove();
                underWay.add(next);
            }
            // One that cannot be started says so in the log and tries again by itself.
            start.apply(next).whenComplete((started, failure) -> done(next));
        }
        synchronized (this) {
            if (!underWay.isEmpty()) {
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

    private void done(PartitionId partition) {
        boolean here = leadsHere.test(partition);
        synchronized (this) {
            underWay.remove(partition);
            if (here) {
                placement.group(partition).ifPresent(arrived::add);
            }
        }
        startNext();
    }

    /** Complete when each partition that was this node's at first leads, or has said why it cannot. */
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
