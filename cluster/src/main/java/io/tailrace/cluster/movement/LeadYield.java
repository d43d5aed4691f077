package io.tailrace.cluster.movement;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.partition.PartitionId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the lead of a group up where this node cannot lead all of it: it has lost a replica, or cannot open one, or has another that
 * does not vote yet. As long as the group is to be led here, nobody else would lead that partition, and so nobody could let the new replica
 * vote. So the catalogue is asked to name this node last. Thread-safe.
 */
public final class LeadYield {
    private static final Logger LOG = LoggerFactory.getLogger(LeadYield.class);
    private static final int LOOKS = 2;
    /** So often it has to be found so: what a node is just about to open, or to make, is no loss. */
    private static final int PATIENCE = 3;

    private final UUID self;
    private final Predicate<PartitionId> votesHere;
    private final Supplier<Set<UUID>> live;
    private final Consumer<PlacementGroup> giveUp;
    private final Map<PlacementGroup, Integer> found = new HashMap<>();
    private volatile Catalog catalog = Catalog.EMPTY;
    private int looks;

    /**
     * Of a node.
     *
     * @param votesHere whether there is a replica of that partition here that votes; may block for a moment
     * @param live the nodes that are up and can be reached
     * @param giveUp asks the catalogue to name this node last
     */
    public LeadYield(
            UUID self, Predicate<PartitionId> votesHere, Supplier<Set<UUID>> live, Consumer<PlacementGroup> giveUp) {
        this.self = self;
        this.votesHere = votesHere;
        this.live = live;
        this.giveUp = giveUp;
    }

    /** From now on by this state. */
    public void follow(Catalog now) {
        catalog = now;
    }

    /** To be called every second, on a thread that may block. */
    public void look() {
        synchronized (this) {
            if (++looks % LOOKS != 0) {
                return;
            }
        }
        Catalog all = catalog;
        Set<UUID> up = live.get();
        Map<PlacementGroup, Boolean> mine = new HashMap<>();
        Map<PartitionId, PlacementGroup> toLookAt = new HashMap<>();
        for (Topic topic : all.byId().values()) {
            for (int number = 0; number < topic.partitions(); number++) {
                add(toLookAt, mine, all, up, topic.partition(number), topic.replicas());
            }
        }
        all.internals().forEach((id, place) -> {
            if (place.placed()) {
                add(toLookAt, mine, all, up, new PartitionId(id, 0), place.replicas());
            }
        });
        Set<PlacementGroup> unfit = new HashSet<>();
        toLookAt.forEach((partition, group) -> {
            if (!unfit.contains(group) && !votesHere.test(partition)) {
                unfit.add(group);
            }
        });
        count(unfit);
    }

    private void add(
            Map<PartitionId, PlacementGroup> toLookAt,
            Map<PlacementGroup, Boolean> mine,
            Catalog all,
            Set<UUID> up,
            PartitionId partition,
            int replicas) {
        PlacementGroup group = PlacementGroup.of(partition, replicas);
        if (mine.computeIfAbsent(group, same -> isLedHere(all, up, same))) {
            toLookAt.put(partition, group);
        }
    }

    /** By the first of its voters that lives; if there is no other, there is nobody to yield to. */
    private boolean isLedHere(Catalog all, Set<UUID> up, PlacementGroup group) {
        List<UUID> able = all.groups().voters(group).orElse(List.of()).stream()
                .filter(up::contains)
                .toList();
        return able.size() > 1 && able.get(0).equals(self);
    }

    private void count(Set<PlacementGroup> unfit) {
        Set<PlacementGroup> due = new HashSet<>();
        synchronized (this) {
            found.keySet().retainAll(unfit);
            for (PlacementGroup group : unfit) {
                if (found.merge(group, 1, Integer::sum) >= PATIENCE) {
                    due.add(group);
                    found.remove(group);
                }
            }
        }
        due.forEach(group -> {
            LOG.warn("Group {} cannot be led here, since a replica of it was lost: another voter is to lead it", group);
            giveUp.accept(group);
        });
    }
}
