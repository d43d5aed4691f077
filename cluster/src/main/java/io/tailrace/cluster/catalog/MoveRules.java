package io.tailrace.cluster.catalog;

import io.tailrace.cluster.catalog.CatalogEvent.GroupMoved;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoving;
import io.tailrace.cluster.catalog.CatalogEvent.NodeDrained;
import io.tailrace.cluster.placement.GroupBalance;
import io.tailrace.cluster.placement.GroupMove;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the catalogue decides about moving groups: whether it may be, and which events come of it. */
final class MoveRules {
    private final CatalogEnvironment environment;

    MoveRules(CatalogEnvironment environment) {
        this.environment = environment;
    }

    /** A group is to be where an operator says; throws why it may not. */
    List<CatalogEvent> moved(Catalog all, PlacementGroup group, List<UUID> voters) {
        List<UUID> present = all.groups().voters(group).orElse(null);
        if (group.isControl()) {
            throw refused("The control group stays on the founders of the cluster: move another.");
        }
        if (present == null) {
            throw refused("There is no placement group " + group + ": see GET /v1/placement.");
        }
        if (voters.size() != present.size() || new HashSet<>(voters).size() != voters.size()) {
            throw refused("Group " + group + " has " + present.size() + " voters: name as many nodes, none twice.");
        }
        Set<UUID> live = environment.nodes().live();
        Set<UUID> known = known().keySet();
        for (UUID node : voters) {
            if (!known.contains(node)) {
                throw refused("There is no storage node " + node + ": see GET /v1/nodes.");
            }
            if (all.drained().contains(node)) {
                throw refused("Node " + node + " is drained: undrain it, or name another.");
            }
            if (!live.contains(node) && !all.groups().holders(group).contains(node)) {
                throw new TailraceException(
                        ErrorCode.NOT_ENOUGH_NODES, "Node " + node + " is not up: start it, or name another.");
            }
        }
        return voters.equals(all.groups().wished(group).orElse(present))
                ? List.of()
                : List.of(new GroupMoving(group, voters));
    }

    /** Everything but the control group is to leave a node; throws NOT_ENOUGH_NODES if there is nowhere to go. */
    List<CatalogEvent> drained(Catalog all, UUID node) {
        ensureKnown(all, node);
        List<CatalogEvent> events = new ArrayList<>();
        if (!all.drained().contains(node)) {
            events.add(new NodeDrained(node, true));
        }
        Catalog after = all.apply(new NodeDrained(node, true));
        for (int factor : all.groups().byFactor().keySet()) {
            GroupBalance balance = balance(after, factor);
            if (!balance.repair()) {
                throw new TailraceException(
                        ErrorCode.NOT_ENOUGH_NODES,
                        "There are groups of " + factor + (factor == 1 ? " replica" : " replicas")
                                + ", and without this node too few others are up: start more nodes.");
            }
            events.addAll(moves(after, factor, balance));
        }
        return events;
    }

    /** A node may have groups again; those that have not left it yet stay, unless another of their voters has to go. */
    List<CatalogEvent> undrained(Catalog all, UUID node) {
        ensureKnown(all, node);
        List<CatalogEvent> events = new ArrayList<>();
        if (all.drained().contains(node)) {
            events.add(new NodeDrained(node, false));
        }
        for (Map.Entry<PlacementGroup, GroupMove> move : all.groups().moves().entrySet()) {
            List<UUID> present = all.groups().voters(move.getKey()).orElse(List.of());
            boolean leaves = !move.getValue().hasArrived()
                    && present.contains(node)
                    && !move.getValue().target().contains(node);
            if (leaves
                    && present.stream()
                            .allMatch(other ->
                                    other.equals(node) || !all.drained().contains(other))) {
                events.add(new GroupMoving(move.getKey(), present));
            }
        }
        return events;
    }

    /** Each node that is up gets its share of the groups and of leading them. */
    List<CatalogEvent> rebalanced(Catalog all) {
        List<CatalogEvent> events = new ArrayList<>();
        for (int factor : all.groups().byFactor().keySet()) {
            GroupBalance balance = balance(all, factor);
            if (balance.repair()) {
                balance.even();
                events.addAll(moves(all, factor, balance));
            }
        }
        return events;
    }

    /** A node that cannot lead is the last of the voters from now on; they stay the same, so this needs nothing of their logs. */
    static List<CatalogEvent> yielded(Catalog all, PlacementGroup group, UUID node) {
        List<UUID> voters = new ArrayList<>(all.groups().voters(group).orElse(List.of()));
        if (voters.size() < 2 || !voters.remove(node)) {
            return List.of();
        }
        voters.add(node);
        List<CatalogEvent> events = new ArrayList<>(List.of(new GroupMoved(group, voters)));
        GroupMove move = all.groups().move(group);
        if (move != null && !move.hasArrived()) {
            events.add(new GroupMoving(group, move.target()));
        }
        return events;
    }

    private void ensureKnown(Catalog all, UUID node) {
        boolean holds = all.groups().byFactor().keySet().stream()
                .flatMap(MoveRules::groups)
                .anyMatch(group -> all.groups().holders(group).contains(node));
        if (!holds && !known().containsKey(node) && !all.drained().contains(node)) {
            throw refused("There is no storage node " + node + ": see GET /v1/nodes.");
        }
    }

    private GroupBalance balance(Catalog all, int factor) {
        Set<UUID> able = new HashSet<>(environment.nodes().live());
        able.removeAll(all.drained());
        Map<UUID, StorageNode> staying = known();
        groups(factor).forEach(group -> all.groups()
                .wished(group)
                .orElseThrow()
                .forEach(node -> staying.putIfAbsent(node, StorageNode.of(node))));
        staying.keySet().removeAll(all.drained());
        return new GroupBalance(
                groups(factor)
                        .map(group -> all.groups().wished(group).orElseThrow())
                        .toList(),
                staying.values(),
                able);
    }

    private static List<CatalogEvent> moves(Catalog all, int factor, GroupBalance balance) {
        List<CatalogEvent> events = new ArrayList<>();
        List<List<UUID>> wanted = balance.groups();
        groups(factor).forEach(group -> {
            List<UUID> voters = wanted.get(group.number());
            if (!voters.equals(all.groups().wished(group).orElseThrow())) {
                events.add(new GroupMoving(group, voters));
            }
        });
        return events;
    }

    private static Stream<PlacementGroup> groups(int factor) {
        return IntStream.range(0, PlacementGroup.GROUPS).mapToObj(number -> new PlacementGroup(factor, number));
    }

    /** Members, and the founders, which will be members again. */
    private Map<UUID, StorageNode> known() {
        Map<UUID, StorageNode> nodes = new TreeMap<>();
        environment.controlVoters().forEach(id -> nodes.put(id, StorageNode.of(id)));
        environment.nodes().members().forEach(node -> nodes.put(node.id(), node));
        return nodes;
    }

    private static TailraceException refused(String why) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, why);
    }
}
