package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.CountedRules;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.QuorumSettings;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What is run: the replica as it is, or with a rule broken.
 *
 * @param replicas makes the replicas
 * @param flaw what is wrong with what a node does beside the rules, if anything
 * @param stateFromTheLogAlone whether a leader's partition builds its de-duplication state anew (rule 18), or keeps the old one
 */
record Variant(Replicas replicas, boolean stateFromTheLogAlone, Flaw flaw) {
    static final Variant SOUND = new Variant(CountedRules::replica, true);

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
        COPIES_UNCHECKED,
        /** A snapshot is made of all that is in the log, committed or not (rule 16). */
        SNAPSHOT_OF_WHAT_IS_NOT_COMMITTED,
        /** The files below the log's start go, whether a snapshot tells what they told or not (rule 16). */
        FILES_GO_WITHOUT_A_SNAPSHOT,
        /** The log's start moves in memory only (rule 16). */
        START_IS_NOT_STORED
    }

    Variant(Replicas replicas, boolean stateFromTheLogAlone) {
        this(replicas, stateFromTheLogAlone, Flaw.NONE);
    }

    /** As the constructor of {@link QuorumReplica}; whoever looks on may be told which rules made a difference. */
    @FunctionalInterface
    interface Replicas {
        QuorumReplica create(
                ReplicaId self,
                QuorumSettings settings,
                QuorumReplica.Recovered recovered,
                InstantSource clock,
                Supplier<UUID> incarnations,
                Consumer<String> seen);
    }
}
