package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.BrokenRule;
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
 * @param blankDisksAreNew whether a node whose disk was lost comes back with another replica (rule 15), or as if nothing were
 */
record Variant(Replicas replicas, boolean stateFromTheLogAlone, boolean blankDisksAreNew) {
    static final Variant SOUND = new Variant(QuorumReplica::new, true, true);
    static final Variant STATE_KEPT = new Variant(QuorumReplica::new, false, true);
    static final Variant BLANK_DISKS_VOTE = new Variant(QuorumReplica::new, true, false);

    static Variant of(BrokenRule rule) {
        return new Variant(rule::replica, true, true);
    }

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
