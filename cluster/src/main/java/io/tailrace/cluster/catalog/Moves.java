package io.tailrace.cluster.catalog;

import io.tailrace.cluster.catalog.CatalogEvent.GroupMoved;
import io.tailrace.cluster.catalog.CatalogEvent.GroupSettled;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
import io.tailrace.cluster.placement.GroupMove;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far the moves of groups have come, by what the leaders of their partitions report, and which events come of it. A group has arrived
 * when all that are to come vote in each of its partitions and none is being made; it is settled when nobody else does any more
 * (decision 23). What was reported is not stored: leaders say it again and again.
 */
final class Moves {
    private final Map<PlacementGroup, Heard> heard = new HashMap<>();

    private record Heard(long number, boolean settled, Set<PartitionId> partitions) {}

    /** Takes note of what leaders say, as far as it is of moves that go on. */
    void hear(Catalog all, List<MoveReport> reports) {
        heard.keySet().retainAll(all.groups().moves().keySet());
        for (MoveReport report : reports) {
            GroupMove move = all.groups().move(report.group());
            if (move != null && move.number() == report.number() && move.hasArrived() == report.settled()) {
                Heard before = heard.get(report.group());
                if (before == null || before.number != report.number() || before.settled != report.settled()) {
                    before = new Heard(report.number(), report.settled(), new HashSet<>());
                    heard.put(report.group(), before);
                }
                before.partitions.add(report.partition());
            }
        }
    }

    /** What can be said by now. */
    List<CatalogEvent> events(Catalog all) {
        if (all.groups().moves().isEmpty()) {
            return List.of();
        }
        Map<PlacementGroup, Set<PartitionId>> there = partitions(all);
        Set<PlacementGroup> beingMade = beingMade(all);
        List<CatalogEvent> events = new ArrayList<>();
        Catalog now = all;
        for (PlacementGroup group : List.copyOf(all.groups().moves().keySet())) {
            CatalogEvent next = next(now, group, there.getOrDefault(group, Set.of()), beingMade.contains(group));
            while (next != null) {
                events.add(next);
                now = now.apply(next);
                next = next(now, group, there.getOrDefault(group, Set.of()), beingMade.contains(group));
            }
        }
        if (!events.isEmpty()) {
            events.addAll(forgotten(now));
        }
        return events;
    }

    private @Nullable CatalogEvent next(
            Catalog now, PlacementGroup group, Set<PartitionId> partitions, boolean beingMade) {
        GroupMove move = now.groups().move(group);
        if (move == null || (beingMade && !move.hasArrived())) {
            return null;
        }
        // The same nodes in another order vote already.
        boolean sameNodes = Set.copyOf(move.target())
                .equals(Set.copyOf(now.groups().voters(group).orElse(List.of())));
        return partitions.isEmpty() || sameNodes || haveSaidSo(group, move, partitions) ? step(group, move) : null;
    }

    private static CatalogEvent step(PlacementGroup group, GroupMove move) {
        return move.hasArrived() ? new GroupSettled(group) : new GroupMoved(group, move.target());
    }

    private boolean haveSaidSo(PlacementGroup group, GroupMove move, Set<PartitionId> partitions) {
        Heard said = heard.get(group);
        return said != null
                && said.number == move.number()
                && said.settled == move.hasArrived()
                && said.partitions.containsAll(partitions);
    }

    private static Map<PlacementGroup, Set<PartitionId>> partitions(Catalog all) {
        Map<PlacementGroup, Set<PartitionId>> found = new HashMap<>();
        for (Topic topic : all.byId().values()) {
            for (int number = 0; number < topic.partitions(); number++) {
                add(found, topic.partition(number), topic.replicas());
            }
        }
        all.internals().forEach((id, place) -> {
            if (place.placed()) {
                add(found, new PartitionId(id, 0), place.replicas());
            }
        });
        return found;
    }

    private static void add(Map<PlacementGroup, Set<PartitionId>> found, PartitionId partition, int replicas) {
        found.computeIfAbsent(PlacementGroup.of(partition, replicas), none -> new HashSet<>())
                .add(partition);
    }

    /** They are made on the voters of now, so those must stay allowed to lead until they can be moved like all others. */
    private static Set<PlacementGroup> beingMade(Catalog all) {
        Set<PlacementGroup> groups = new HashSet<>();
        for (Topic plan : all.planned().values()) {
            Topic present = all.byId().get(plan.id());
            plan.partitionsFrom(present == null ? 0 : present.partitions())
                    .forEach(partition -> groups.add(PlacementGroup.of(partition, plan.replicas())));
        }
        all.internals().forEach((id, place) -> {
            if (!place.placed()) {
                groups.add(PlacementGroup.of(new PartitionId(id, 0), place.replicas()));
            }
        });
        return groups;
    }

    /** Those who have not said yet that they have nothing of a deleted topic may be no holders any more. */
    private static List<CatalogEvent> forgotten(Catalog now) {
        List<CatalogEvent> events = new ArrayList<>();
        for (Map.Entry<UUID, Deletion> deletion : now.deleted().entrySet()) {
            if (deletion.getValue()
                    .gone()
                    .containsAll(now.holders(deletion.getValue().topic()))) {
                events.add(new TopicForgotten(deletion.getKey()));
            }
        }
        return events;
    }
}
