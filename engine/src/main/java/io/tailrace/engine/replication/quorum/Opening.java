package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;

/** Has the greatest log, and replicates the epoch's barrier; serves nobody until that is committed (rule 5). */
final class Opening extends Role {
    private final Replication replication;

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
    void entered() {
        replication.begin();
        advance();
    }

    private void advance() {
        replication.advance();
        if (replica.role() == this && replica.rules().mayServe(replica.highWatermark(), replication.epochStart())) {
            replica.lead(replication);
        }
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
    void readDone(long id, List<RecordBatch> batches) {
        replication.readDone(id, batches);
    }

    @Override
    void logFlushed() {
        advance();
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
