package io.tailrace.cluster.movement;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.Placement;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes replicas of this node that no log names any more. Three have to say so, or the files stay: the catalogue, asked anew, by which
 * the group has moved away and no partition of it has a voter here; the leader of the partition, confirmed by a quorum, which knows of no
 * voter and no learner here; and nobody may have asked for the replica since.
 */
public final class ReplicaSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSweeper.class);
    /** So many looks pass from one at the disk to the next. */
    private static final int LOOKS = 5;

    private final UUID self;
    private final Supplier<List<String>> names;
    private final Supplier<CompletionStage<Catalog>> confirmed;
    private final Function<Catalog, Placement> places;
    private final Function<PartitionId, CompletionStage<Partition.Description>> describe;
    private final Removal removal;
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private volatile Catalog catalog = Catalog.EMPTY;
    /** By how many moves the disk was last found to hold nothing that is left over. */
    private long cleanAt = -1;

    private int looks;

    /** Removes a replica, unless it has been asked for since. */
    @FunctionalInterface
    public interface Removal {
        /**
         * Blocking.
         *
         * @param number of the newest move that it is known not to be wished for after
         * @return whether it is gone
         */
        boolean remove(PartitionId partition, long number);
    }

    /**
     * Of a node.
     *
     * @param names what there is on the disk; blocking
     * @param confirmed the catalogue as it is after the question
     * @param describe how a partition stands, by its leader
     */
    public ReplicaSweeper(
            UUID self,
            Supplier<List<String>> names,
            Supplier<CompletionStage<Catalog>> confirmed,
            Function<Catalog, Placement> places,
            Function<PartitionId, CompletionStage<Partition.Description>> describe,
            Removal removal) {
        this.self = self;
        this.names = names;
        this.confirmed = confirmed;
        this.places = places;
        this.describe = describe;
        this.removal = removal;
    }

    /** From now on by this state. */
    public void follow(Catalog now) {
        catalog = now;
    }

    /** To be called every second, on a thread that may block. */
    public void look() {
        if (sweeping.compareAndSet(false, true)) {
            try {
                if (looks++ % LOOKS == 0) {
                    sweep();
                }
            } finally {
                sweeping.set(false);
            }
        }
    }

    private void sweep() {
        Catalog known = catalog;
        long settled = known.groups().moves().isEmpty() ? known.groups().moveCount() : -1;
        if (settled == cleanAt && settled >= 0) {
            return;
        }
        List<PartitionId> left = leftOver(
                known,
                names.get().stream().flatMap(name -> parse(name).stream()).toList());
        if (left.isEmpty()) {
            cleanAt = settled;
            return;
        }
        try {
            Catalog certain = confirmed.get().toCompletableFuture().join();
            for (PartitionId partition : leftOver(certain, left)) {
                Partition.Description description =
                        describe.apply(partition).toCompletableFuture().join();
                boolean counts = description.replicas().stream()
                        .anyMatch(replica -> replica.nodeId().equals(self.toString()));
                if (!counts && removal.remove(partition, certain.groups().moveCount())) {
                    LOG.info("Partition {} has moved away: its files here are gone", partition);
                }
            }
        } catch (RuntimeException e) {
            LOG.info(
                    "Replicas that have moved away stay for now: {}",
                    Failures.named(e).getMessage());
        }
    }

    private List<PartitionId> leftOver(Catalog all, List<PartitionId> partitions) {
        Placement placement = places.apply(all);
        return partitions.stream()
                .filter(partition -> !InternalPartition.isControl(partition))
                .filter(partition -> {
                    // What the catalogue does not know, or knows to be deleted, is another's business.
                    Optional<PlacementGroup> group = placement.group(partition);
                    return group.isPresent()
                            && all.groups().has(group.get().replicas())
                            && !all.groups().holders(group.get()).contains(self);
                })
                .toList();
    }

    private static Optional<PartitionId> parse(String name) {
        try {
            return Optional.of(PartitionId.parse(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
