/**
 * How the voters of partitions follow the places that the catalogue wishes for them (decision 23). {@link
 * io.tailrace.cluster.movement.VoterSteps} decides, {@link io.tailrace.cluster.movement.VoterMoves} has it done for what is led here,
 * {@link io.tailrace.cluster.movement.ReplicaSweeper} removes what is left over here.
 */
@NullMarked
package io.tailrace.cluster.movement;

import org.jspecify.annotations.NullMarked;
