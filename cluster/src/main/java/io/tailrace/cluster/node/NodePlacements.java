package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.CatalogClient;
import io.tailrace.cluster.catalog.Placements;
import io.tailrace.cluster.placement.GroupMove;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.cluster.placement.StorageNodes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** {@link Placements} by asking the catalogue, with the names and the state of the nodes as this one sees them. */
final class NodePlacements implements Placements {
    private final CatalogClient catalog;
    private final StorageNodes nodes;
    private final List<UUID> controlVoters;
    private final Function<String, String> names;

    NodePlacements(
            CatalogClient catalog, StorageNodes nodes, List<UUID> controlVoters, Function<String, String> names) {
        this.catalog = catalog;
        this.nodes = nodes;
        this.controlVoters = controlVoters;
        this.names = names;
    }

    @Override
    public CompletionStage<State> state() {
        return catalog.confirmed().thenApply(this::state);
    }

    @Override
    public CompletionStage<State> drain(UUID nodeId) {
        return catalog.drain(nodeId, true).thenApply(this::state);
    }

    @Override
    public CompletionStage<State> undrain(UUID nodeId) {
        return catalog.drain(nodeId, false).thenApply(this::state);
    }

    @Override
    public CompletionStage<State> move(PlacementGroup group, List<UUID> voters) {
        return catalog.move(group, voters).thenApply(this::state);
    }

    @Override
    public CompletionStage<State> rebalance() {
        return catalog.rebalance().thenApply(this::state);
    }

    private State state(Catalog all) {
        List<GroupState> groups = new ArrayList<>();
        groups.add(new GroupState(PlacementGroup.CONTROL, controlVoters, List.of(), List.of()));
        all.groups().byFactor().forEach((factor, voters) -> {
            for (int number = 0; number < voters.size(); number++) {
                PlacementGroup group = new PlacementGroup(factor, number);
                GroupMove move = all.groups().move(group);
                groups.add(new GroupState(
                        group,
                        voters.get(number),
                        move == null ? List.of() : move.target(),
                        move == null ? List.of() : move.leaving()));
            }
        });
        Set<UUID> known = new LinkedHashSet<>(controlVoters);
        nodes.members().stream().map(StorageNode::id).forEach(known::add);
        known.addAll(all.drained());
        groups.forEach(group -> known.addAll(
                group.group().isControl() ? List.of() : all.groups().holders(group.group())));
        Set<UUID> live = nodes.live();
        return new State(
                known.stream()
                        .map(id -> node(id, all, groups, live.contains(id)))
                        .sorted(Comparator.comparing(NodeState::name).thenComparing(NodeState::id))
                        .toList(),
                groups);
    }

    private NodeState node(UUID id, Catalog all, List<GroupState> groups, boolean alive) {
        int votes = 0;
        int arriving = 0;
        int leaving = 0;
        for (GroupState group : groups) {
            if (!group.group().isControl()) {
                votes += group.voters().contains(id) ? 1 : 0;
                arriving += group.target().contains(id) && !group.voters().contains(id) ? 1 : 0;
                leaving += group.leaving().contains(id) ? 1 : 0;
            }
        }
        return new NodeState(
                id,
                names.apply(id.toString()),
                alive,
                all.drained().contains(id),
                controlVoters.contains(id),
                votes,
                arriving,
                leaving);
    }
}
