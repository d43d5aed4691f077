package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;

/** What happens to a replica; each is handled by one {@link QuorumReplica#step}. */
public sealed interface Input {
    /** A message has come from another voter. */
    record Received(ReplicaId from, Message message) implements Input {}

    /** A timer that an {@link Output.SetTimer} asked for. */
    record TimerFired(TimerKind kind, long id) implements Input {}

    /** An {@link Output.Io} other than a read has been done. */
    record IoDone(long id) implements Input {}

    /**
     * An {@link Output.Read} has been done; empty if there was nothing at that offset.
     *
     * @param tombstones what holds of these batches
     */
    record ReadDone(long id, List<RecordBatch> batches, Tombstones tombstones) implements Input {
        /** Takes a copy of the list. */
        public ReadDone {
            batches = List.copyOf(batches);
        }
    }

    /** Compaction has been through this replica's log below that offset: no record is left that a tombstone below it covers. */
    record Compacted(long settledBelow) implements Input {}

    /** An {@link Output.Locate} has been done. */
    record Located(long id, LogPlace place) implements Input {}

    /** An {@link Output.ReadSnapshot} has been done. */
    record SnapshotRead(long id, SnapshotStore.Part part) implements Input {}

    /**
     * There is a snapshot on this replica's disk, as of that offset, made from its own log below its high watermark. To be told
     * after each, and of the newest one when the replica has been opened.
     */
    record SnapshotStored(long offset) implements Input {}

    /**
     * An {@link Output.AppendToLog}, {@link Output.StorePromise} or {@link Output.AdvanceStart} found no room: nothing of it was
     * stored (rule 11). Nor will anything be of the appends that were asked for behind one, which are reported so too; where the log
     * ends now it may be appended to again.
     */
    record NoRoom(long id) implements Input {}

    /** An {@link Output.Io} has failed in another way: nobody knows what is on the disk, and the replica stops (rule 11). */
    record IoFailed(long id, String why) implements Input {}

    /**
     * Bytes of the log were met that are damaged, at that offset or behind it; that is remembered on the disk. The replica stops, and
     * is to be started again, which repairs.
     */
    record Damaged(long offset, String what) implements Input {}

    /**
     * Somebody thinks that this replica should lead. It is a wish: the voters decide.
     *
     * @param handOver whether it is to take over from a leader that lives; else the nominee defers to one that a quorum hears
     * @param evenIfBehind whether it is to lead however much it has to copy, since who has the greatest log cannot be had; else
     *     it declines if that is more than {@link QuorumSettings#maxAdoptedOffsets}
     */
    record Nominated(boolean handOver, boolean evenIfBehind) implements Input {
        /** With deference to a leader that lives, and to a better log. */
        public Nominated() {
            this(false, false);
        }
    }

    /**
     * As {@link Nominated}, by somebody who begins anew and will have nothing to do with what was begun here before: an attempt
     * under way ends, and who leads is led away from, by an attempt in a higher epoch. A second start on the same node fences the
     * first like that.
     *
     * @param words with which it is nominated then
     */
    record NominatedAnew(Nominated words) implements Input {
        /** However far it is behind, and whoever leads. */
        public NominatedAnew() {
            this(new Nominated(true, true));
        }
    }

    /**
     * The partition appends in the epoch in which it believes to lead. Answered by {@link Output.Appended},
     * {@link Output.AppendRefused} or {@link Output.AppendUnknown}, never twice.
     *
     * @param token names it in the answer
     * @param batches placed behind the log's end
     */
    record Append(long token, int epoch, List<PlacedBatch> batches) implements Input {
        /** Takes a copy of the list. */
        public Append {
            batches = List.copyOf(batches);
        }
    }

    /**
     * Somebody wants one voter more or less (rule 17). Answered by {@link Output.VotersChanged}, {@link Output.VotersRefused}
     * or {@link Output.VotersUnknown}, never twice. A change takes an offset of the log.
     */
    sealed interface ChangeVoters extends Input {
        /** Names it in the answer. */
        long token();

        /** Who is to vote, or no longer. */
        ReplicaId voter();
    }

    /**
     * That replica is to be brought up as a learner, as {@link AddVoter} begins, and no further: nothing is appended, so the partition may
     * append meanwhile. Answered by {@link Output.LearnerCaughtUp}; after that it goes on learning, and is added at once when that is asked for.
     */
    record Learn(long token, ReplicaId voter) implements ChangeVoters {}

    /** That replica is to vote; before it does, it is brought up as a learner. */
    record AddVoter(long token, ReplicaId voter) implements ChangeVoters {}

    /** That replica is to vote no longer; it may be the leader, which then stops leading. */
    record RemoveVoter(long token, ReplicaId voter) implements ChangeVoters {}

    /**
     * The partition that leads wants the log to begin there (rule 16): at most at the high watermark; below the present start
     * nothing moves. Answered by {@link Output.StartMoved}, {@link Output.StartRefused} or {@link Output.StartUnknown}, never
     * twice.
     *
     * @param token names it in the answer
     */
    record MoveStart(long token, long newStart) implements Input {}

    /**
     * Somebody wants to act on what is committed (rule 6). Answered by {@link Output.ReadConfirmed} or
     * {@link Output.ReadRefused}, never twice.
     */
    record CheckedRead(long token) implements Input {}

    /**
     * An operator gives up what this replica may have lost (rule 12): it votes again with what it has. Answered by
     * {@link Output.UncleanlyRecovered} or {@link Output.UncleanRecoveryRefused}.
     */
    record UncleanRecovery(long token) implements Input {}
}
