package io.tailrace.cluster.catalog;

import io.tailrace.cluster.placement.PlacementGroup;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The nodes of the cluster and what they hold, and how an operator moves that. What is asked for is stored before the answer and done in the
 * background (decision 23). Fails with a {@link io.tailrace.engine.error.TailraceException} of the codes named, or
 * CATALOG_UNAVAILABLE where the catalogue did not answer a question, or OUTCOME_UNKNOWN where it did not answer a change.
 */
public interface Placements {
    /** How things stand. */
    CompletionStage<State> state();

    /**
     * Moves everything from a node but the control group, which stays on the founders, and gives the node nothing more. It may be down,
     * or gone for good. Fails: INVALID_ARGUMENT if there is no such node, NOT_ENOUGH_NODES if without it fewer are up than there are replicas.
     */
    CompletionStage<State> drain(UUID nodeId);

    /** A drained node may hold something again; what has not left it yet stays. Fails: INVALID_ARGUMENT. */
    CompletionStage<State> undrain(UUID nodeId);

    /**
     * Moves a group to these nodes. Fails: INVALID_ARGUMENT, NOT_ENOUGH_NODES if one of them is not up.
     *
     * @param voters as many as it has, the preferred leader first
     */
    CompletionStage<State> move(PlacementGroup group, List<UUID> voters);

    /** Moves as few groups as it takes that each node has its share. */
    CompletionStage<State> rebalance();

    /**
     * The nodes and the groups.
     *
     * @param nodes in the order of their names
     * @param groups in the order of their factors and numbers, the control group first
     */
    record State(List<NodeState> nodes, List<GroupState> groups) {
        /** Takes copies. */
        public State {
            nodes = List.copyOf(nodes);
            groups = List.copyOf(groups);
        }
    }

    /**
     * A node.
     *
     * @param name its id as text where nobody knows its name any more
     * @param alive whether it is up and can be reached
     * @param drained whether it gets nothing more
     * @param founder whether it holds the control group for good
     * @param groups how many it votes in, without the control group
     * @param arriving how many it is to vote in
     * @param leaving how many it may still vote in and is not to
     */
    record NodeState(
            UUID id,
            String name,
            boolean alive,
            boolean drained,
            boolean founder,
            int groups,
            int arriving,
            int leaving) {}

    /**
     * A group.
     *
     * @param voters the preferred leader first
     * @param target where it is on its way to; empty if it is not
     * @param leaving who may still vote and is not to
     */
    record GroupState(PlacementGroup group, List<UUID> voters, List<UUID> target, List<UUID> leaving) {
        /** Takes copies. */
        public GroupState {
            voters = List.copyOf(voters);
            target = List.copyOf(target);
            leaving = List.copyOf(leaving);
        }
    }
}
