package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What replicas of one log say to each other. Every message may be lost, come late, twice or in any order. Immutable; the
 * bytes of batches are shared and not to be written to.
 */
public sealed interface Message {
    /** No start of a follower: the first is 1. */
    long NO_START = 0;

    /** The epoch of the request, in a reply that of the request which it answers. */
    int epoch();

    /** What a nominee or a leader asks: whoever has promised a higher epoch refuses it. */
    sealed interface Request extends Message {
        /** The attempt to lead in whose name it is asked. */
        UUID incarnation();
    }

    /** An answer; {@link #promisedEpoch()} tells one who is behind how far. */
    sealed interface Reply extends Message {
        /** The epoch that the replying voter has promised; above {@link #epoch()} it means that the request was refused. */
        int promisedEpoch();
    }

    /**
     * A nominee asks, before it asks for promises, who leads and how far the others are. Answered by {@link PreVoteReply}; it
     * changes nothing.
     *
     * @param epoch that the nominee has promised
     * @param question random
     */
    record PreVoteRequest(int epoch, UUID question) implements Message {}

    /**
     * Answers {@link PreVoteRequest}. It binds nobody, and nothing of it need be on the disk.
     *
     * @param question of the request
     * @param leader who led the highest epoch that the voter knows of when it heard from it lately, the voter itself maybe; else
     *     {@code null}
     * @param leaderEpoch that epoch
     * @param position where the voter's log ends
     * @param voters by the voter's log
     */
    record PreVoteReply(
            int epoch,
            UUID question,
            int promisedEpoch,
            @Nullable ReplicaId leader,
            int leaderEpoch,
            LogPosition position,
            Voters voters)
            implements Reply {}

    /** Asks for the promise of an epoch. Answered by {@link PromiseReply}. */
    record PromiseRequest(int epoch, UUID incarnation) implements Request {}

    /**
     * Answers {@link PromiseRequest}: a promise that is on the disk, as is the log up to the position; or a refusal.
     *
     * @param granted whether the epoch is promised to the incarnation
     * @param position where the voter's log ends
     * @param logStart where it begins
     * @param highWatermark the committed offset as the voter knows it; never a criterion for who wins
     * @param voters who decides by the voter's log: if that log wins, a quorum of them has to promise (rule 17)
     */
    record PromiseReply(
            int epoch,
            UUID incarnation,
            boolean granted,
            int promisedEpoch,
            LogPosition position,
            long logStart,
            long highWatermark,
            Voters voters)
            implements Reply {}

    /**
     * A nominee that has a quorum's promises copies the greatest log (rule 4). Answered by {@link CopyReply}.
     *
     * @param offset where the copy is to go on
     * @param previousEpoch the epoch of the nominee's entry before that offset, or -1 at the log's beginning
     */
    record CopyRequest(int epoch, UUID incarnation, long offset, int previousEpoch) implements Request {}

    /**
     * Answers {@link CopyRequest}.
     *
     * @param outcome what follows
     * @param offset the offset asked for
     * @param previousEpoch the epoch asked for
     * @param divergence with {@link Outcome#DIVERGED}, where the source's largest epoch not above the one asked for ends
     * @param logStart from where on the source can serve its log; it begins at a batch
     * @param batches with {@link Outcome#MATCHED}, what follows in the source's log
     * @param tombstones what holds of them
     */
    record CopyReply(
            int epoch,
            UUID incarnation,
            int promisedEpoch,
            Outcome outcome,
            long offset,
            int previousEpoch,
            EpochEnd divergence,
            long logStart,
            List<RecordBatch> batches,
            Tombstones tombstones)
            implements Reply {
        /** Takes a copy of the list. */
        public CopyReply {
            batches = List.copyOf(batches);
        }

        /** As a node says it whose log has lost no tombstones. */
        public CopyReply(
                int epoch,
                UUID incarnation,
                int promisedEpoch,
                Outcome outcome,
                long offset,
                int previousEpoch,
                EpochEnd divergence,
                long logStart,
                List<RecordBatch> batches) {
            this(
                    epoch,
                    incarnation,
                    promisedEpoch,
                    outcome,
                    offset,
                    previousEpoch,
                    divergence,
                    logStart,
                    batches,
                    Tombstones.NONE);
        }
    }

    /**
     * A leader's append, or without batches its heartbeat (rule 7). Answered by {@link AppendReply}.
     *
     * @param round counts what the leader asks all its followers; an answer to it shows that it led when it began the round
     * @param previousOffset the offset at which the batches belong
     * @param previousEpoch the epoch of the entry before it, or -1 at the log's beginning
     * @param highWatermark the leader's
     * @param logStart from where on the leader can send its log; it begins at a batch
     * @param snapshotWanted a snapshot as of that offset is wanted, so that the log's start can move; 0 if none is
     * @param confirmedStart the follower's start that the leader goes by, once its epoch is open; {@link #NO_START} before
     * @param tombstones what holds of the batches
     * @param tombstonesMayGoBelow below it nobody has any more what a tombstone has deleted: a voter may let those go whose time is over
     */
    record AppendRequest(
            int epoch,
            UUID incarnation,
            long round,
            long previousOffset,
            int previousEpoch,
            List<RecordBatch> batches,
            long highWatermark,
            long logStart,
            long snapshotWanted,
            long confirmedStart,
            Tombstones tombstones,
            long tombstonesMayGoBelow)
            implements Request {
        /** Takes a copy of the list. */
        public AppendRequest {
            batches = List.copyOf(batches);
        }

        /** As a node says it in whose log no tombstone is gone, nor may go. */
        public AppendRequest(
                int epoch,
                UUID incarnation,
                long round,
                long previousOffset,
                int previousEpoch,
                List<RecordBatch> batches,
                long highWatermark,
                long logStart,
                long snapshotWanted,
                long confirmedStart) {
            this(
                    epoch,
                    incarnation,
                    round,
                    previousOffset,
                    previousEpoch,
                    batches,
                    highWatermark,
                    logStart,
                    snapshotWanted,
                    confirmedStart,
                    Tombstones.NONE,
                    0);
        }
    }

    /**
     * Answers {@link AppendRequest}, at once and again when more has reached the disk.
     *
     * @param round the newest round of this epoch that the follower has seen
     * @param divergence with {@link Outcome#DIVERGED}, where the follower's largest epoch not above the one asked for ends
     * @param matchedOffset the follower's log is the leader's up to here
     * @param fsyncedOffset and up to here it is on the disk
     * @param snapshotOffset the follower has a snapshot on its disk that is as of here, or 0
     * @param start which start of the follower says so: it grows, and what an earlier one has said may have been lost since
     * @param settledBelow no record is left in the follower's log that a tombstone below this covers
     */
    record AppendReply(
            int epoch,
            int promisedEpoch,
            Outcome outcome,
            long round,
            EpochEnd divergence,
            long matchedOffset,
            long fsyncedOffset,
            long snapshotOffset,
            long start,
            long settledBelow)
            implements Reply {
        /** As a node says it that has compacted nothing. */
        public AppendReply(
                int epoch,
                int promisedEpoch,
                Outcome outcome,
                long round,
                EpochEnd divergence,
                long matchedOffset,
                long fsyncedOffset,
                long snapshotOffset,
                long start) {
            this(
                    epoch,
                    promisedEpoch,
                    outcome,
                    round,
                    divergence,
                    matchedOffset,
                    fsyncedOffset,
                    snapshotOffset,
                    start,
                    0);
        }
    }

    /**
     * A follower or a nominee whose log parts from its leader's or source's below where that begins asks for the beginning
     * of a new one, part by part (rule 16). Answered by {@link SnapshotReply}, if there is a snapshot that will do.
     *
     * @param offset the snapshot of which something has come already, or {@link #NEWEST}
     * @param position how many of its bytes have come
     */
    record SnapshotRequest(int epoch, UUID incarnation, long offset, int position) implements Request {
        static final long NEWEST = -1;
    }

    /**
     * Answers {@link SnapshotRequest}.
     *
     * @param outcome MATCHED, or REFUSED by who has promised another
     * @param place where the source's log begins, and the asker's is to begin anew
     * @param voters who voted there
     * @param position the one asked for
     * @param part what follows; none if the snapshot asked for is not there any more, or does not reach to the place
     */
    record SnapshotReply(
            int epoch,
            UUID incarnation,
            int promisedEpoch,
            Outcome outcome,
            LogPlace place,
            Voters voters,
            int position,
            SnapshotStore.Part part)
            implements Reply {}

    /** How a comparison of two logs ended. */
    enum Outcome {
        /** The asker's epoch is over. */
        REFUSED,
        /** The entry before is not the same. */
        DIVERGED,
        /** The entry before is the same, and so all before it. */
        MATCHED
    }
}
