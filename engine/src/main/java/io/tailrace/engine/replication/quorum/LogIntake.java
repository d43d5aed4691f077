package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;

/** Makes the own log that of another replica, its leader's or that of the greatest log: what comes is checked before (rules 7, 8, 13, 16). */
final class LogIntake {
    private final QuorumReplica replica;

    LogIntake(QuorumReplica replica) {
        this.replica = replica;
    }

    /**
     * Makes the own log the sender's up to the last of the batches, which follow an entry that both have. Only what conflicts
     * is cut: a message that comes late must not take away what a later one brought.
     *
     * @param source what holds of the tombstones among them
     * @return whether it was done; not if they are damaged, not if what is committed would have to go (rule 8), and not if a tombstone may
     *     be missing among them that this log would need (decision 41)
     */
    boolean adopt(
            ReplicaId from, long offset, int previousEpoch, int epoch, List<RecordBatch> batches, Tombstones source) {
        LogOutline outline = replica.log().outline();
        if (!follow(offset, previousEpoch, epoch, batches)) {
            replica.out().decide(new Output.Ignored(from, "damaged or unrelated batches at offset " + offset));
            return false;
        }
        if (!knowsVoters(from, batches)) {
            return false;
        }
        long endOfBatches =
                batches.isEmpty() ? offset : batches.get(batches.size() - 1).nextOffset();
        long conflict = replica.rules().cutFrom(replica.log().firstConflict(batches), endOfBatches);
        if (conflict < replica.highWatermark()) {
            replica.halt("Offset " + conflict + " conflicts with " + from + " though it is committed below "
                    + replica.highWatermark());
            return false;
        }
        if (endOfBatches > conflict && !mayContinue(from, conflict, source)) {
            return false;
        }
        if (conflict < outline.end()) {
            replica.log().truncateTo(conflict);
        }
        replica.log().take(batches, source);
        return true;
    }

    private boolean mayContinue(ReplicaId from, long offset, Tombstones source) {
        if (source.isInDoubt() && offset < source.goneBelow()) {
            // Soon compaction there has been through everything.
            replica.out().decide(new Output.Ignored(from, "batches of which it does not know what was deleted"));
            return false;
        }
        if (!replica.rules().mayContinue(replica.log().tombstones(), offset, source)) {
            replica.out().io(Output.GiveUp::new);
            return false;
        }
        return true;
    }

    /**
     * Gives the own log up for the beginning of a new one, which the leader or the source has sent with the snapshot that belongs to
     * it (rule 16). Nothing is lost: below that place everything was deleted by a committed entry, which a quorum has that this
     * replica is not of; what it has behind parts from that and was never committed.
     *
     * @return whether it was done
     */
    boolean beginAnew(ReplicaId from, LogPlace place, Voters voters, SnapshotCopy copy) {
        if (place.offset() <= replica.highWatermark()) {
            replica.halt(
                    from + "'s log begins at " + place.offset() + " and has nothing in common with this one, though"
                            + " that is committed up to " + replica.highWatermark());
            return false;
        }
        replica.starts().forget();
        long id = replica.log().reset(place, voters, copy.offset(), copy.bytes());
        replica.snapshots().comesWith(id, place.offset(), copy.offset());
        return true;
    }

    /** Kafka's checksum covers neither offset nor epoch: these are checked by what they have to follow (rule 13). */
    private boolean follow(long offset, int previousEpoch, int epoch, List<RecordBatch> batches) {
        long expected = offset;
        int least = previousEpoch;
        for (RecordBatch batch : batches) {
            boolean right = batch.baseOffset() == expected
                    && batch.lastOffsetDelta() >= 0
                    && batch.leaderEpoch() >= least
                    && batch.leaderEpoch() <= epoch
                    && replica.rules().isWhole(batch)
                    && LogStarts.isSound(batch);
            if (!right) {
                return false;
            }
            expected = batch.nextOffset();
            least = batch.leaderEpoch();
        }
        return true;
    }

    /** Whoever cannot tell who votes must not go on (rule 17): a newer program may have written it otherwise. */
    private boolean knowsVoters(ReplicaId from, List<RecordBatch> batches) {
        try {
            batches.forEach(VotersFormat::in);
            return true;
        } catch (TailraceException e) {
            replica.halt("Not to be taken from " + from + ": " + e.getMessage());
            return false;
        }
    }
}
