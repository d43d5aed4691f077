package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Collects promises, its own replica's among them, and knows the greatest log when it has a quorum's (rules 2 to 4). */
final class Candidate extends Role {
    private final UUID incarnation;
    private final Map<ReplicaId, LogPosition> granted = new TreeMap<>();
    private boolean refused;

    Candidate(QuorumReplica replica, int epoch, UUID incarnation) {
        super(replica, epoch);
        this.incarnation = incarnation;
    }

    @Override
    boolean isNominee() {
        return true;
    }

    @Override
    void entered() {
        ask();
    }

    private void ask() {
        replica.out().setTimer(TimerKind.ATTEMPT);
        for (ReplicaId voter : replica.voters().ids()) {
            if (!granted.containsKey(voter)) {
                replica.out().send(voter, new PromiseRequest(epoch, incarnation));
            }
        }
    }

    /** Not at once: two nominees that answer each other's epochs with higher ones at once would never end. */
    @Override
    void refused(int higherEpoch) {
        refused = true;
    }

    @Override
    void timerFired(TimerKind kind) {
        if (refused) {
            replica.attempt();
        } else {
            ask();
        }
    }

    @Override
    void promiseReply(ReplicaId from, PromiseReply reply) {
        if (!reply.incarnation().equals(incarnation)) {
            return;
        }
        if (!reply.granted()) {
            refused(reply.promisedEpoch());
            return;
        }
        granted.put(from, reply.position());
        LogPosition own = granted.get(replica.self());
        if (!refused && own != null && granted.size() >= replica.voters().quorum()) {
            ReplicaId winner = replica.self();
            for (Map.Entry<ReplicaId, LogPosition> voter : granted.entrySet()) {
                if (replica.rules().compare(voter.getValue(), granted.getOrDefault(winner, own)) > 0) {
                    winner = voter.getKey();
                }
            }
            replica.elected(this.epoch, incarnation, winner, granted.getOrDefault(winner, own));
        }
    }
}
