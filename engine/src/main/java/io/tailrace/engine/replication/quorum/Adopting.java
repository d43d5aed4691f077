package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import java.util.List;
import java.util.UUID;

/**
 * Has a quorum's promises, and copies the greatest of its logs from who has it, epochs unchanged, until it is on the own disk
 * (rule 4). The source's log stands still meanwhile: it has promised the epoch, and only this replica could write in it.
 */
final class Adopting extends Role {
    /** So many times a request that got no useful answer is made; then the attempt starts again. */
    private static final int TRIES = 3;

    private final UUID incarnation;
    private final ReplicaId source;
    private final LogPosition winner;
    private long offset;
    private int tries;

    Adopting(QuorumReplica replica, int epoch, UUID incarnation, ReplicaId source, LogPosition winner) {
        super(replica, epoch);
        this.incarnation = incarnation;
        this.source = source;
        this.winner = winner;
        this.offset = replica.log().outline().end();
    }

    @Override
    boolean isNominee() {
        return true;
    }

    @Override
    void entered() {
        replica.out().setTimer(TimerKind.ATTEMPT);
        if (!isCopied()) {
            ask();
        }
    }

    private void ask() {
        int previousEpoch = replica.log().outline().epochBefore(offset);
        replica.out().send(source, new CopyRequest(epoch, incarnation, offset, previousEpoch));
    }

    /** The source serves another epoch by now. */
    @Override
    void refused(int higherEpoch) {
        tries = TRIES;
    }

    @Override
    void timerFired(TimerKind kind) {
        if (++tries > TRIES) {
            replica.attempt();
            return;
        }
        replica.out().setTimer(TimerKind.ATTEMPT);
        ask();
    }

    @Override
    void copyReply(ReplicaId from, CopyReply reply) {
        if (!from.equals(source) || !reply.incarnation().equals(incarnation) || reply.offset() != offset) {
            return;
        }
        switch (reply.outcome()) {
            case REFUSED -> tries = TRIES;
            case DIVERGED -> {
                offset = replica.log().outline().agreement(reply.divergence());
                ask();
            }
            case MATCHED -> take(from, reply);
        }
    }

    private void take(ReplicaId from, CopyReply reply) {
        List<RecordBatch> batches = reply.batches();
        if (!batches.isEmpty() && replica.adopt(from, offset, reply.previousEpoch(), epoch, batches)) {
            offset = batches.get(batches.size() - 1).nextOffset();
            tries = 0;
            if (!isCopied()) {
                ask();
            }
        }
    }

    /** Whether all of it is here; the last flush may still be under way then. */
    private boolean isCopied() {
        LogPosition own = replica.log().outline().position();
        if (own.equals(winner) && replica.log().isDurable()) {
            replica.open(epoch, incarnation);
            return true;
        }
        return own.equals(winner);
    }

    @Override
    void takenBack() {
        replica.noRoom("the copy of " + source + "'s log");
    }

    @Override
    void logFlushed() {
        isCopied();
    }
}
