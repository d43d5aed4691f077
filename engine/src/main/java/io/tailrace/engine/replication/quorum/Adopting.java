package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.SnapshotReply;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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
    /** The beginning of a new log, while it is being copied: the own one parts from the source's below where that begins. */
    private @Nullable SnapshotCopy anew;

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
        if (anew != null) {
            anew.ask(epoch, incarnation);
            return;
        }
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
            case DIVERGED -> diverged(reply);
            case MATCHED -> take(from, reply);
        }
    }

    private void diverged(CopyReply reply) {
        LogOutline own = replica.log().outline();
        long least = Math.max(reply.logStart(), own.base().offset());
        boolean endsBelow = own.end() < reply.logStart();
        if (endsBelow
                || replica.rules()
                        .hasToBeginAnew(offset, reply.logStart(), own.base().offset())) {
            anew = new SnapshotCopy(replica, source);
            anew.sourceBeginsAt(reply.logStart());
        } else {
            offset = Math.max(least, own.agreement(reply.divergence()));
        }
        ask();
    }

    @Override
    void snapshotReply(ReplicaId from, SnapshotReply reply) {
        SnapshotCopy copy = anew;
        if (copy == null || !from.equals(source) || !reply.incarnation().equals(incarnation)) {
            return;
        }
        if (reply.outcome() == Message.Outcome.REFUSED) {
            tries = TRIES;
        } else if (copy.take(reply)) {
            tries = 0;
            if (copy.isComplete(reply)) {
                anew = null;
                offset = reply.place().offset();
                if (!replica.intake().beginAnew(from, reply.place(), reply.voters(), copy) || isCopied()) {
                    return;
                }
            }
            ask();
        }
    }

    private void take(ReplicaId from, CopyReply reply) {
        List<RecordBatch> batches = reply.batches();
        if (!batches.isEmpty()
                && replica.intake().adopt(from, offset, reply.previousEpoch(), epoch, batches, reply.tombstones())) {
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
