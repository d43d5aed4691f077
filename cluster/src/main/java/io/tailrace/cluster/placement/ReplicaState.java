package io.tailrace.cluster.placement;

import io.tailrace.engine.replication.Replica;

/**
 * What a reader has to know of the replica beside it.
 *
 * @param leads whether it leads, as far as it knows
 * @param soleVoter whether there are no others
 * @param highWatermark up to where it knows that all is committed, or {@link io.tailrace.engine.replication.HighWatermark#UNKNOWN}
 */
record ReplicaState(boolean leads, boolean soleVoter, long highWatermark) {
    static ReplicaState of(Replica replica) {
        return new ReplicaState(
                replica.isLeading(),
                replica.isSoleVoter(),
                replica.highWatermark().offset());
    }
}
