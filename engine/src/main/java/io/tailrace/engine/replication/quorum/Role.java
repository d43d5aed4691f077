package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a replica is to its log at the moment; each role has the fields that only it needs. Does nothing unless it says so. */
abstract class Role {
    final QuorumReplica replica;
    final int epoch;

    Role(QuorumReplica replica, int epoch) {
        this.replica = replica;
        this.epoch = epoch;
    }

    /** Whether it is on its way to lead, or leads. */
    abstract boolean isNominee();

    /** Whether readers may be served below the high watermark. */
    boolean isReadable() {
        return true;
    }

    /** The follower that it is, or goes on being meanwhile. */
    @Nullable
    Follower following() {
        return null;
    }

    /** Who leads its epoch, if that has been heard of lately. */
    @Nullable
    ReplicaId liveLeader() {
        return null;
    }

    /** Up to where each replica has the log on its disk, as far as a leader knows; empty for others. */
    /** The others that a leader has heard lately. */
    Set<ReplicaId> liveReplicas() {
        return Set.of();
    }

    Map<ReplicaId, Long> replicaEnds() {
        return Map.of();
    }

    /** It has begun. */
    void entered() {}

    /** It is over: what was in flight is answered. */
    void left() {}

    void timerFired(TimerKind kind) {}

    /** A voter has promised a higher epoch to somebody else. */
    void refused(int higherEpoch) {}

    void preVoteReply(ReplicaId from, Message.PreVoteReply reply) {}

    void promiseReply(ReplicaId from, Message.PromiseReply reply) {}

    void copyReply(ReplicaId from, Message.CopyReply reply) {}

    void appendReply(ReplicaId from, Message.AppendReply reply) {}

    void readDone(long id, List<RecordBatch> batches, Tombstones tombstones) {}

    /** Below it tombstones may go; nothing is known to who neither leads nor follows. */
    long tombstonesMayGoBelow() {
        return 0;
    }

    /** More of the log is on the disk. */
    void logFlushed() {}

    /** The disk is full: the log ends before what was to be appended last (rule 11). */
    void takenBack() {}

    /** The replica's promise is on the disk. */
    void promiseStored() {}

    void append(Input.Append append) {
        replica.out().decide(new Output.AppendRefused(append.token(), ErrorCode.FENCED));
    }

    void changeVoters(Input.ChangeVoters change) {
        replica.out()
                .decide(new Output.VotersRefused(change.token(), ErrorCode.FENCED, "it does not lead: ask who does"));
    }

    void moveStart(Input.MoveStart move) {
        replica.out().decide(new Output.StartRefused(move.token(), ErrorCode.FENCED));
    }

    void snapshotReply(ReplicaId from, Message.SnapshotReply reply) {}

    /** There is a later snapshot here than before. */
    void snapshotStored() {}

    /** The own log begins later than before. */
    void startMoved() {}

    /** There was no room to move the own log's start. */
    void startFoundNoRoom() {}

    void checkedRead(long token) {
        replica.out().decide(new Output.ReadRefused(token));
    }
}
