package io.tailrace.cluster.catalog;

import io.tailrace.cluster.catalog.CatalogEvent.Confirmed;
import io.tailrace.cluster.catalog.CatalogEvent.FilesGone;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoved;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoving;
import io.tailrace.cluster.catalog.CatalogEvent.GroupSettled;
import io.tailrace.cluster.catalog.CatalogEvent.GroupsPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlanned;
import io.tailrace.cluster.catalog.CatalogEvent.NodeDrained;
import io.tailrace.cluster.catalog.CatalogEvent.PlanDropped;
import io.tailrace.cluster.catalog.CatalogEvent.QuotaSet;
import io.tailrace.cluster.catalog.CatalogEvent.TopicAltered;
import io.tailrace.cluster.catalog.CatalogEvent.TopicCreated;
import io.tailrace.cluster.catalog.CatalogEvent.TopicDeleted;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
import io.tailrace.cluster.catalog.CatalogEvent.TopicPlanned;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.Placement;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.PlacementGroups;
import io.tailrace.cluster.quota.QuotaTable;
import io.tailrace.engine.partition.PartitionId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All topics, where their partitions live, and the quotas of clients, at one moment. Immutable, and a function of the catalogue's events alone.
 *
 * @param byName the topics, sorted by name
 * @param byId the same by id
 * @param planned topics whose replicas are being made, by id: new ones, and those that get more partitions as they will be then
 * @param deleted topics whose files are not all gone yet, by id
 * @param internals the internal partitions but the catalogue's own, by id
 * @param groups who votes in which placement group
 * @param drained the nodes that get no more groups
 * @param quotas how much clients may do
 * @param partitions how many all topics have together, those planned not counted
 */
public record Catalog(
        PSortedMap<String, Topic> byName,
        PMap<UUID, Topic> byId,
        PMap<UUID, Topic> planned,
        PMap<UUID, Deletion> deleted,
        PMap<UUID, InternalPlace> internals,
        PlacementGroups groups,
        PSet<UUID> drained,
        QuotaTable quotas,
        int partitions) {
    /** No topics. */
    public static final Catalog EMPTY = new Catalog(
            TreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            PlacementGroups.NONE,
            HashTreePSet.empty(),
            QuotaTable.EMPTY,
            0);

    /** The catalogue with these topics. */
    public static Catalog of(Collection<Topic> topics) {
        Catalog all = EMPTY;
        for (Topic topic : topics) {
            all = all.with(topic);
        }
        return all;
    }

    /** The topic of that name, or {@code null}. */
    public @Nullable Topic find(String name) {
        return byName.get(name);
    }

    /** The topic that a partition belongs to, if both are there. */
    public Optional<Topic> topicOf(PartitionId partition) {
        return Optional.ofNullable(byId.get(partition.topicId()))
                .filter(topic -> partition.partition() >= 0 && partition.partition() < topic.partitions());
    }

    /**
     * Where each partition lives by this state.
     *
     * @param controlVoters the nodes that hold the catalogue itself
     */
    public Placement placement(List<UUID> controlVoters) {
        return new Placement(groups, this::replicasOf, controlVoters);
    }

    private OptionalInt replicasOf(PartitionId partition) {
        if (InternalPartition.is(partition)) {
            InternalPlace place = internals.get(partition.topicId());
            return place == null || !place.placed() ? OptionalInt.empty() : OptionalInt.of(place.replicas());
        }
        return topicOf(partition).map(topic -> OptionalInt.of(topic.replicas())).orElseGet(OptionalInt::empty);
    }

    /** The nodes that are to hold partitions of that topic, which need not be announced. */
    public Set<UUID> holders(Topic topic) {
        Set<UUID> holders = new HashSet<>();
        for (int number = 0; number < Math.min(topic.partitions(), PlacementGroup.GROUPS); number++) {
            holders.addAll(groups.holders(PlacementGroup.of(topic.partition(number), topic.replicas())));
        }
        return holders;
    }

    /** Whether there is such a topic: announced, being made, or on its way out. */
    boolean knows(UUID topicId) {
        return byId.containsKey(topicId) || planned.containsKey(topicId) || deleted.containsKey(topicId);
    }

    /** Whether a replica of that partition of a topic may lie on a disk: it is there, being made, or on its way out. */
    public boolean mayLie(PartitionId partition) {
        Topic plan = planned.get(partition.topicId());
        return topicOf(partition).isPresent()
                || (plan != null && partition.partition() < plan.partitions())
                || deleted.containsKey(partition.topicId());
    }

    /** The state after the event. */
    Catalog apply(CatalogEvent event) {
        if (event instanceof TopicPlanned plan) {
            return withPlanned(planned.plus(plan.topic().id(), plan.topic()));
        }
        if (event instanceof PlanDropped dropped) {
            return dropped(dropped.topicId());
        }
        if (event instanceof TopicCreated created) {
            return with(created.topic());
        }
        if (event instanceof TopicAltered altered) {
            return with(altered.topic());
        }
        if (event instanceof TopicDeleted gone) {
            return without(gone.topicId());
        }
        if (event instanceof FilesGone gone) {
            Deletion deletion = deleted.get(gone.topicId());
            return deletion == null ? this : withDeleted(deleted.plus(gone.topicId(), deletion.without(gone.nodeId())));
        }
        if (event instanceof TopicForgotten forgotten) {
            return withDeleted(deleted.minus(forgotten.topicId()));
        }
        return applyToPlaces(event);
    }

    private Catalog applyToPlaces(CatalogEvent event) {
        if (event instanceof GroupsPlaced placed) {
            return withGroups(groups.with(placed.replicas(), placed.voters()));
        }
        if (event instanceof GroupMoved moved) {
            return withGroups(groups.moved(moved.group(), moved.voters()));
        }
        if (event instanceof GroupMoving moving) {
            return withGroups(groups.moving(moving.group(), moving.target()));
        }
        if (event instanceof GroupSettled settled) {
            return withGroups(groups.settled(settled.group()));
        }
        if (event instanceof NodeDrained node) {
            return withDrained(node.drained() ? drained.plus(node.nodeId()) : drained.minus(node.nodeId()));
        }
        if (event instanceof InternalPlanned plan) {
            return withInternals(internals.plus(plan.id(), new InternalPlace(plan.replicas(), false)));
        }
        if (event instanceof QuotaSet set) {
            return withQuotas(quotas.with(set.quota()));
        }
        if (event instanceof Confirmed) {
            return this;
        }
        InternalPlaced placed = (InternalPlaced) event;
        InternalPlace place = new InternalPlace(placed.replicas(), true);
        Map<UUID, InternalPlace> more = new HashMap<>();
        placed.ids().forEach(id -> more.put(id, place));
        return withInternals(internals.plusAll(more));
    }

    /**
     * What was made of the new partitions of a topic that stays as it was remains: they are empty, and used when it grows after all,
     * or moved aside at a start.
     */
    private Catalog dropped(UUID topicId) {
        Topic plan = planned.get(topicId);
        Catalog without = withPlanned(planned.minus(topicId));
        return plan == null || byId.containsKey(topicId)
                ? without
                : without.withDeleted(deleted.plus(topicId, Deletion.of(plan)));
    }

    private Catalog with(Topic topic) {
        Topic before = byId.get(topic.id());
        int more = topic.partitions() - (before == null ? 0 : before.partitions());
        Topic plan = planned.get(topic.id());
        boolean fulfilled = plan != null && plan.partitions() <= topic.partitions();
        return new Catalog(
                byName.plus(topic.name(), topic),
                byId.plus(topic.id(), topic),
                fulfilled ? planned.minus(topic.id()) : planned,
                deleted,
                internals,
                groups,
                drained,
                quotas,
                partitions + more);
    }

    private Catalog without(UUID topicId) {
        Topic topic = byId.get(topicId);
        if (topic == null) {
            return this;
        }
        return new Catalog(
                byName.minus(topic.name()),
                byId.minus(topicId),
                planned.minus(topicId),
                deleted.plus(topicId, Deletion.of(topic)),
                internals,
                groups,
                drained,
                quotas,
                partitions - topic.partitions());
    }

    private Catalog withPlanned(PMap<UUID, Topic> plans) {
        return new Catalog(byName, byId, plans, deleted, internals, groups, drained, quotas, partitions);
    }

    Catalog withDeleted(PMap<UUID, Deletion> deletions) {
        return new Catalog(byName, byId, planned, deletions, internals, groups, drained, quotas, partitions);
    }

    Catalog withInternals(PMap<UUID, InternalPlace> places) {
        return new Catalog(byName, byId, planned, deleted, places, groups, drained, quotas, partitions);
    }

    Catalog withDrained(PSet<UUID> nodes) {
        return new Catalog(byName, byId, planned, deleted, internals, groups, nodes, quotas, partitions);
    }

    Catalog withQuotas(QuotaTable table) {
        return new Catalog(byName, byId, planned, deleted, internals, groups, drained, table, partitions);
    }

    /** The same with other places. */
    public Catalog withGroups(PlacementGroups voters) {
        return new Catalog(byName, byId, planned, deleted, internals, voters, drained, quotas, partitions);
    }

    /** The settings of a topic after a change: what is reset first, then what is set. */
    static TopicSettings changed(TopicSettings before, TopicChange change) {
        Map<String, String> defaults = TopicSettings.DEFAULT.asMap();
        Map<String, String> all = new HashMap<>();
        for (String name : change.reset()) {
            String value = defaults.get(name);
            // A name without a default is told to be unknown by whoever applies it.
            all.put(name, value == null ? "" : value);
        }
        all.putAll(change.set());
        return before.with(all);
    }
}
