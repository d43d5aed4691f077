package io.tailrace.cluster.placement;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Other voters for the groups of one replication factor, with as few moves as it takes: when a node is to have nothing any more, and when nodes
 * that came later are to get their share. A function of the groups and the nodes alone, like {@link GroupLayout}. No group gets into
 * fewer racks than it was in.
 */
public final class GroupBalance {
    private static final Comparator<UUID> BY_TEXT = Comparator.comparing(UUID::toString);

    private final List<List<UUID>> groups;
    private final Set<UUID> able;
    private final Map<UUID, String> racks = new HashMap<>();
    private final Map<UUID, Integer> loads = new TreeMap<>(BY_TEXT);
    private final Map<UUID, Integer> leads = new TreeMap<>(BY_TEXT);

    /**
     * With all voters as they are.
     *
     * @param groups the voters of each, the preferred leader first
     * @param staying the nodes that may keep what they have
     * @param able those of them that may get more: they are up
     */
    public GroupBalance(List<List<UUID>> groups, Collection<StorageNode> staying, Collection<UUID> able) {
        this.groups = groups.stream().map(ArrayList::new).collect(Collectors.toCollection(ArrayList::new));
        this.able = Set.copyOf(able);
        for (StorageNode node : staying) {
            racks.put(node.id(), node.rack().isEmpty() ? "|" + node.id() : node.rack());
        }
        recount();
    }

    private void recount() {
        racks.keySet().forEach(node -> {
            loads.put(node, 0);
            leads.put(node, 0);
        });
        for (List<UUID> group : groups) {
            group.forEach(node -> loads.computeIfPresent(node, (same, count) -> count + 1));
            leads.computeIfPresent(group.get(0), (same, count) -> count + 1);
        }
    }

    /** The voters of each group as they are to be. */
    public List<List<UUID>> groups() {
        return groups.stream().map(List::copyOf).toList();
    }

    /**
     * Puts others in the place of nodes that may not stay. Who led is followed by another voter, who has the log already.
     *
     * @return whether there were enough nodes; else nothing may be made of this
     */
    public boolean repair() {
        for (List<UUID> group : groups) {
            if (!repair(group)) {
                return false;
            }
        }
        return true;
    }

    private boolean repair(List<UUID> group) {
        int wanted = group.size();
        UUID leader = group.get(0);
        group.removeIf(node -> !racks.containsKey(node));
        if (group.size() == wanted) {
            return true;
        }
        List<UUID> stayed = List.copyOf(group);
        while (group.size() < wanted) {
            Optional<UUID> next = able.stream()
                    .filter(node -> !group.contains(node) && racks.containsKey(node))
                    .min(Comparator.comparing((UUID node) -> racksOf(group).contains(racks.get(node)))
                            .thenComparing(loads::get)
                            .thenComparing(BY_TEXT));
            if (next.isEmpty()) {
                return false;
            }
            group.add(next.get());
            loads.merge(next.get(), 1, Integer::sum);
        }
        if (!group.contains(leader)) {
            lead(
                    group,
                    (stayed.isEmpty() ? List.copyOf(group) : stayed)
                            .stream()
                                    .min(Comparator.comparing((UUID node) -> !able.contains(node))
                                            .thenComparing(leads::get))
                                    .orElseThrow());
            leads.merge(group.get(0), 1, Integer::sum);
        }
        return true;
    }

    private static void lead(List<UUID> group, UUID first) {
        group.remove(first);
        group.add(0, first);
    }

    private Set<String> racksOf(Collection<UUID> nodes) {
        return nodes.stream().map(racks::get).collect(Collectors.toSet());
    }

    /** Lets each node vote in as many groups as any other, and lead as many, as far as racks and the nodes that are up allow it. */
    public void even() {
        recount();
        while (moveOne()) {
            recount();
        }
        while (handOverOne()) {
            recount();
        }
    }

    // --- voters ------------------------------------------------------------------------------------------------------

    private boolean moveOne() {
        List<UUID> full = sorted(loads);
        for (int most = full.size() - 1; most > 0; most--) {
            UUID from = full.get(most);
            for (UUID to : full) {
                if (count(loads, from) - count(loads, to) < 2) {
                    break;
                }
                List<UUID> group = able.contains(to) ? movable(from, to) : null;
                if (group != null) {
                    group.set(group.indexOf(from), to);
                    return true;
                }
            }
        }
        return false;
    }

    private static int count(Map<UUID, Integer> counts, UUID node) {
        return counts.getOrDefault(node, 0);
    }

    private static List<UUID> sorted(Map<UUID, Integer> counts) {
        return counts.keySet().stream()
                .sorted(Comparator.comparing(counts::get))
                .toList();
    }

    /** One that the first is in and the second is not, led by the first if that leads more than its share. */
    private @Nullable List<UUID> movable(UUID from, UUID to) {
        boolean leadsToo = count(leads, from) > count(leads, to);
        List<UUID> found = null;
        for (List<UUID> group : groups) {
            if (group.contains(from) && !group.contains(to) && keepsRacks(group, from, to)) {
                if (group.get(0).equals(from) == leadsToo) {
                    return group;
                }
                found = found == null ? group : found;
            }
        }
        return found;
    }

    private boolean keepsRacks(List<UUID> group, UUID from, UUID to) {
        List<UUID> after = new ArrayList<>(group);
        after.set(after.indexOf(from), to);
        return racksOf(after).size() >= racksOf(group).size();
    }

    // --- leaders -----------------------------------------------------------------------------------------------------

    /** From who leads most to somebody who leads less by two, over as few others as it takes. */
    private boolean handOverOne() {
        List<UUID> byLeads = sorted(leads);
        for (int most = byLeads.size() - 1; most > 0; most--) {
            List<UUID> way = way(byLeads.get(most));
            if (!way.isEmpty()) {
                for (int step = 0; step + 1 < way.size(); step++) {
                    lead(ledBy(way.get(step), way.get(step + 1)), way.get(step + 1));
                }
                return true;
            }
        }
        return false;
    }

    private List<UUID> way(UUID from) {
        Map<UUID, UUID> before = new HashMap<>();
        Set<UUID> seen = new HashSet<>(Set.of(from));
        Deque<UUID> next = new ArrayDeque<>(List.of(from));
        for (UUID node = next.poll(); node != null; node = next.poll()) {
            if (count(leads, from) - count(leads, node) >= 2) {
                List<UUID> way = new ArrayList<>();
                for (UUID step = node; step != null; step = before.get(step)) {
                    way.add(0, step);
                }
                return way;
            }
            for (List<UUID> group : groups) {
                if (group.get(0).equals(node)) {
                    for (UUID other : group) {
                        if (able.contains(other) && racks.containsKey(other) && seen.add(other)) {
                            before.put(other, node);
                            next.add(other);
                        }
                    }
                }
            }
        }
        return List.of();
    }

    private List<UUID> ledBy(UUID leader, UUID voter) {
        return groups.stream()
                .filter(group -> group.get(0).equals(leader) && group.contains(voter))
                .findFirst()
                .orElseThrow();
    }
}
