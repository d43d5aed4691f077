package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.QuorumSettings;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What is run: the replica as it is, or with a rule broken.
 *
 * @param replicas makes the replicas
 * @param stateFromTheLogAlone whether a leader's partition builds its de-duplication state anew (rule 18), or keeps the old one
 */
record Variant(Replicas replicas, boolean stateFromTheLogAlone) {
    static final Variant SOUND = new Variant(QuorumReplica::new, true);

    /** As the constructor of {@link QuorumReplica}. */
    @FunctionalInterface
    interface Replicas {
        QuorumReplica create(
                ReplicaId self,
                QuorumSettings settings,
                QuorumReplica.Recovered recovered,
                InstantSource clock,
                Supplier<UUID> incarnations);
    }
}
