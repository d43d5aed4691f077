package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the epoch's leader sends, once there is one. What it knows of its log's agreement with the leader's holds for this
 * epoch and is not on the disk: after a restart or in another epoch it has to be found out again.
 */
final class Follower extends Role {
    private @Nullable ReplicaId leader;
    /** The log is the leader's up to here. */
    private long matched;

    private long leadersHighWatermark;
    private long tombstonesMayGoBelow;
    private long round;
    /** What a leader that goes by this start of the replica had committed; -1 if there is none. */
    private long committedWhenConfirmed = -1;
    /**
     * Where there was no room for what came. Until more is on the disk, of what does not match only heartbeats are answered: the
     * leader tries again after each, and not at once for each of many appends.
     */
    private long noRoomAt = -1;

    /** The beginning of a new log, while it is being copied: this one has nothing in common any more with what the leader has. */
    private @Nullable SnapshotCopy anew;

    /** Whether the leader has been heard since the last look, and at the last look or since. */
    private boolean heard;

    private boolean live;

    /** What came before the promise of its epoch was on the disk; the newest only, the leader sends again. */
    private @Nullable AppendRequest early;

    Follower(QuorumReplica replica, int epoch, @Nullable ReplicaId leader) {
        super(replica, epoch);
        this.leader = leader;
    }

    @Override
    boolean isNominee() {
        return false;
    }

    @Override
    Follower following() {
        return this;
    }

    @Override
    @Nullable
    ReplicaId liveLeader() {
        return live ? leader : null;
    }

    @Override
    void entered() {
        LogOutline outline = replica.log().outline();
        long kept = replica.rules().keptWhenFollowing(outline.end(), replica.highWatermark());
        if (kept < outline.end()) {
            replica.log().truncateTo(kept);
        }
        watchLeader();
    }

    @Override
    long tombstonesMayGoBelow() {
        return tombstonesMayGoBelow;
    }

    /** Goes on looking whether the leader is heard. */
    void watchLeader() {
        if (live) {
            replica.out().setTimer(TimerKind.LEADER_CHECK);
        }
    }

    @Override
    void timerFired(TimerKind kind) {
        if (kind == TimerKind.LEADER_CHECK) {
            live = heard;
            heard = false;
            watchLeader();
        }
    }

    private void heardLeader() {
        heard = true;
        if (!live) {
            live = true;
            watchLeader();
        }
    }

    void append(ReplicaId from, AppendRequest request) {
        if (leader == null) {
            leader = from;
        } else if (!leader.equals(from)) {
            replica.halt(leader + " and " + from + " both lead epoch " + epoch);
            return;
        }
        heardLeader();
        if (!replica.rules().mayFollow(replica.isPromiseStored())) {
            early = request;
            return;
        }
        round = Math.max(round, request.round());
        LogOutline outline = replica.log().outline();
        if (!outline.matches(request.previousOffset(), request.previousEpoch())) {
            if (replica.rules()
                    .hasToBeginAnew(
                            request.previousOffset(),
                            request.logStart(),
                            outline.base().offset())) {
                beginAnew(from, request);
            }
            if (replica.log().flushed() > noRoomAt || request.batches().isEmpty()) {
                answer(Outcome.DIVERGED, outline.divergence(request.previousOffset(), request.previousEpoch()));
            }
            return;
        }
        anew = null;
        tombstonesMayGoBelow = request.tombstonesMayGoBelow();
        replica.snapshots().want(request.snapshotWanted());
        replica.starts().tryAgain();
        if (replica.intake()
                .adopt(
                        from,
                        request.previousOffset(),
                        request.previousEpoch(),
                        epoch,
                        request.batches(),
                        request.tombstones())) {
            long end = request.previousOffset();
            if (!request.batches().isEmpty()) {
                end = request.batches().get(request.batches().size() - 1).nextOffset();
            }
            matched = Math.max(matched, end);
            leadersHighWatermark = Math.max(leadersHighWatermark, request.highWatermark());
            if (committedWhenConfirmed < 0
                    && replica.rules()
                            .isConfirmed(
                                    request.confirmedStart(),
                                    replica.abstention().start())) {
                committedWhenConfirmed = request.highWatermark();
            }
            acknowledge();
        }
    }

    /** With every heartbeat that does not match: what has been lost on the way is asked for again. */
    private void beginAnew(ReplicaId from, AppendRequest request) {
        if (anew == null) {
            anew = new SnapshotCopy(replica, from);
        }
        anew.sourceBeginsAt(request.logStart());
        anew.ask(epoch, request.incarnation());
    }

    @Override
    void snapshotReply(ReplicaId from, Message.SnapshotReply reply) {
        SnapshotCopy copy = anew;
        if (copy == null || !from.equals(leader) || reply.outcome() == Outcome.REFUSED || !copy.take(reply)) {
            return;
        }
        if (!copy.isComplete(reply)) {
            copy.ask(epoch, reply.incarnation());
        } else {
            anew = null;
            if (replica.intake().beginAnew(from, reply.place(), reply.voters(), copy)) {
                matched = reply.place().offset();
            }
        }
    }

    private void acknowledge() {
        answer(
                Outcome.MATCHED,
                new EpochEnd(LogOutline.NO_EPOCH, replica.log().outline().start()));
        replica.advanceHighWatermark(replica.rules()
                .followersHighWatermark(
                        leadersHighWatermark, matched, replica.log().flushed()));
        long onDisk = Math.min(matched, replica.log().flushed());
        if (committedWhenConfirmed >= 0 && replica.rules().hasCaughtUp(onDisk, committedWhenConfirmed)) {
            replica.abstention().caughtUp();
        }
    }

    private void answer(Outcome outcome, EpochEnd divergence) {
        if (leader != null) {
            long fsynced = replica.rules().acknowledged(matched, replica.log().flushed());
            long snapshot = replica.snapshots().offset();
            long start = replica.abstention().start();
            replica.out()
                    .send(
                            leader,
                            new AppendReply(
                                    epoch,
                                    epoch,
                                    outcome,
                                    round,
                                    divergence,
                                    matched,
                                    fsynced,
                                    snapshot,
                                    start,
                                    replica.log().settledBelow()));
        }
    }

    @Override
    void promiseStored() {
        AppendRequest request = early;
        ReplicaId from = leader;
        early = null;
        if (request != null && from != null) {
            append(from, request);
        }
    }

    @Override
    void takenBack() {
        noRoomAt = replica.log().outline().end();
        matched = Math.min(matched, noRoomAt);
    }

    /** The leader may wait for it. */
    @Override
    void snapshotStored() {
        if (leader != null && replica.rules().mayFollow(replica.isPromiseStored())) {
            acknowledge();
        }
    }

    @Override
    void logFlushed() {
        if (leader != null && replica.rules().mayFollow(replica.isPromiseStored())) {
            acknowledge();
        }
    }
}
