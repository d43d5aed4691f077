package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.QuorumSettings;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What is run: the replica as it is, or with a rule broken.
 *
 * @param replicas makes the replicas
 * @param flaws what is wrong around them
 */
record Variant(Replicas replicas, Set<Flaw> flaws) {
    static final Variant SOUND = new Variant(QuorumReplica::new, Set.of());

    static Variant with(Flaw flaw) {
        return new Variant(SOUND.replicas, Set.of(flaw));
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
