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
 * @param flaw what is wrong with how nodes treat damage, if anything
 * @param stateFromTheLogAlone whether a leader's partition builds its de-duplication state anew (rule 18), or keeps the old one
 */
record Variant(Replicas replicas, boolean stateFromTheLogAlone, Flaw flaw) {
    static final Variant SOUND = new Variant(QuorumReplica::new, true);

    /** What a node may do wrong beside the replica's rules. */
    enum Flaw {
        NONE,
        /** What is damaged is cut, and the replica votes at once (rule 14). */
        CUTS_AND_VOTES,
        /** The mark that it abstains does not survive a restart (rule 14). */
        FORGETS_TO_ABSTAIN,
        /** An unclean start without fsync is taken for a clean one (rule 10). */
        IGNORES_THE_BOOT,
        /** A node whose disk was lost comes back as if it still had it: under its old name, with the first voters (rule 15). */
        BLANK_DISK_VOTES,
        /** Readers get what the disk gives (rule 13). */
        SERVES_UNCHECKED,
        /** And so do replicas, from a log and from each other; only with a rule that takes what is damaged does it matter. */
        COPIES_UNCHECKED
    }

    Variant(Replicas replicas, boolean stateFromTheLogAlone) {
        this(replicas, stateFromTheLogAlone, Flaw.NONE);
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
