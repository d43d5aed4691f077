package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;

/** Has the greatest log, and replicates the epoch's barrier; serves nobody until that is committed (rule 5). */
final class Opening extends Role {
    private final Replication replication;
    private boolean handedOver;

    Opening(QuorumReplica replica, Replication replication) {
        super(replica, replication.epoch());
        this.replication = replication;
    }

    @Override
    boolean isNominee() {
        return true;
    }

    @Override
    boolean isReadable() {
        return false;
    }

    @Override
    ReplicaId liveLeader() {
        return replica.self();
    }

    @Override
    void entered() {
        replication.begin();
        advance();
    }

    private void advance() {
        replication.advance();
        boolean serves = replica.rules().mayServe(replica.highWatermark(), replication.epochStart());
        // Where committed entries say that the log begins it begins before anybody is served.
        if (replica.role() == this && serves && replica.starts().areSettled()) {
            handedOver = true;
            replica.lead(replication);
        } else {
            replication.membership().advance();
        }
    }

    @Override
    void left() {
        if (!handedOver) {
            replication.membership().ended();
        }
    }

    /** Waits for the barrier. */
    @Override
    void changeVoters(Input.ChangeVoters change) {
        replication.membership().change(change);
    }

    @Override
    void startMoved() {
        advance();
    }

    @Override
    void startFoundNoRoom() {
        advance();
    }

    @Override
    void timerFired(TimerKind kind) {
        replication.timerFired(kind);
    }

    @Override
    void refused(int higherEpoch) {
        replica.follow(null, "epoch " + higherEpoch + " has been promised");
    }

    @Override
    void appendReply(ReplicaId from, Message.AppendReply reply) {
        replication.answered(from, reply);
        advance();
    }

    @Override
    void readDone(long id, List<RecordBatch> batches, Tombstones tombstones) {
        replication.readDone(id, batches, tombstones);
    }

    @Override
    long tombstonesMayGoBelow() {
        return replication.tombstonesMayGoBelow();
    }

    @Override
    void logFlushed() {
        advance();
    }

    @Override
    void moveStart(Input.MoveStart move) {
        replica.out().decide(new Output.StartRefused(move.token(), ErrorCode.PARTITION_UNAVAILABLE));
    }

    @Override
    void takenBack() {
        replica.noRoom("the epoch's barrier");
    }

    @Override
    void append(Input.Append append) {
        replica.out().decide(new Output.AppendRefused(append.token(), ErrorCode.PARTITION_UNAVAILABLE));
    }
}
