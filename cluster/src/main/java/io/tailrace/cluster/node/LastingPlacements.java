package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Placements;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.ErrorCode;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The places, asked of the node as it is at the moment. */
final class LastingPlacements implements Placements {
    private final Lives lives;

    LastingPlacements(Lives lives) {
        this.lives = lives;
    }

    private CompletionStage<State> change(Function<Placements, CompletionStage<State>> change) {
        return lives.ask(
                ErrorCode.CATALOG_UNAVAILABLE, ErrorCode.OUTCOME_UNKNOWN, node -> change.apply(node.placements()));
    }

    @Override
    public CompletionStage<State> state() {
        return lives.ask(ErrorCode.CATALOG_UNAVAILABLE, ErrorCode.CATALOG_UNAVAILABLE, node -> node.placements()
                .state());
    }

    @Override
    public CompletionStage<State> drain(UUID nodeId) {
        return change(placements -> placements.drain(nodeId));
    }

    @Override
    public CompletionStage<State> undrain(UUID nodeId) {
        return change(placements -> placements.undrain(nodeId));
    }

    @Override
    public CompletionStage<State> move(PlacementGroup group, List<UUID> voters) {
        return change(placements -> placements.move(group, voters));
    }

    @Override
    public CompletionStage<State> rebalance() {
        return change(Placements::rebalance);
    }
}
