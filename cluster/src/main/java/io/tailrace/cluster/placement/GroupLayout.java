package io.tailrace.cluster.placement;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Who votes in the groups of a replication factor that is used for the first time. The nodes form a ring in which racks take turns;
 * neighbouring groups start on neighbouring nodes, so each node is the preferred leader of as many as any other. Who comes next
 * after the first changes from one round on the ring to the next, so that what a lost node led spreads over all others.
 */
public final class GroupLayout {
    private final int replicas;
    private final List<StorageNode> ring;

    private GroupLayout(int replicas, List<StorageNode> ring) {
        this.replicas = replicas;
        this.ring = ring;
    }

    /**
     * The voters of each group, the preferred leader first. A function of its arguments alone, whatever their order.
     *
     * @param replicas how many voters each group has, at least 1
     * @param nodes at least so many
     * @throws IllegalArgumentException if there are fewer nodes
     */
    public static List<List<UUID>> of(int replicas, Collection<StorageNode> nodes) {
        if (replicas < 1 || nodes.size() < replicas) {
            throw new IllegalArgumentException(replicas + " voters of " + nodes.size() + " nodes");
        }
        GroupLayout layout = new GroupLayout(replicas, ring(nodes));
        List<List<UUID>> groups = new ArrayList<>();
        for (int group = 0; group < PlacementGroup.GROUPS; group++) {
            groups.add(layout.voters(group));
        }
        return List.copyOf(groups);
    }

    /** One of each rack, the largest rack first, again and again. */
    private static List<StorageNode> ring(Collection<StorageNode> nodes) {
        Map<String, Deque<StorageNode>> racks = new TreeMap<>();
        nodes.stream().sorted(StorageNode.BY_ID).forEach(node -> racks.computeIfAbsent(
                        rack(node), rack -> new ArrayDeque<>())
                .add(node));
        List<Deque<StorageNode>> turns = new ArrayList<>(racks.values());
        turns.sort(Comparator.comparing(rack -> -rack.size()));
        List<StorageNode> ring = new ArrayList<>();
        while (ring.size() < nodes.size()) {
            for (Deque<StorageNode> rack : turns) {
                if (!rack.isEmpty()) {
                    ring.add(rack.remove());
                }
            }
        }
        return ring;
    }

    private static String rack(StorageNode node) {
        return node.rack().isEmpty() ? "|" + node.id() : node.rack();
    }

    private List<UUID> voters(int group) {
        int nodes = ring.size();
        StorageNode first = ring.get(group % nodes);
        List<StorageNode> others = new ArrayList<>();
        for (int step = 1; step < nodes; step++) {
            others.add(ring.get((group + step) % nodes));
        }
        Collections.rotate(others, -(group / nodes));
        return choose(first, others);
    }

    /** First those of racks that have none yet, then whoever comes. */
    private List<UUID> choose(StorageNode first, List<StorageNode> others) {
        List<UUID> voters = new ArrayList<>(List.of(first.id()));
        Set<String> racks = new HashSet<>(Set.of(rack(first)));
        for (StorageNode node : others) {
            if (voters.size() < replicas && racks.add(rack(node))) {
                voters.add(node.id());
            }
        }
        for (StorageNode node : others) {
            if (voters.size() < replicas && !voters.contains(node.id())) {
                voters.add(node.id());
            }
        }
        return List.copyOf(voters);
    }
}
