package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Collects promises, its own replica's among them, and knows the greatest log when it has a quorum's (rules 2 to 4): a quorum of
 * the voters by that very log (rule 17). Its own log may be behind and know other voters, so it asks everybody of whom it hears.
 */
final class Candidate extends Role {
    private final UUID incarnation;
    private final Map<ReplicaId, PromiseReply> granted = new TreeMap<>();
    private final Set<ReplicaId> known = new TreeSet<>();
    private boolean refused;

    Candidate(QuorumReplica replica, int epoch, UUID incarnation) {
        super(replica, epoch);
        this.incarnation = incarnation;
        known.add(replica.self());
        known.addAll(replica.voters().ids());
    }

    @Override
    boolean isNominee() {
        return true;
    }

    @Override
    void entered() {
        replica.out().setTimer(TimerKind.ATTEMPT);
        known.forEach(this::ask);
    }

    private void ask(ReplicaId voter) {
        if (!granted.containsKey(voter)) {
            replica.out().send(voter, new PromiseRequest(epoch, incarnation));
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
            entered();
        }
    }

    @Override
    void promiseReply(ReplicaId from, PromiseReply reply) {
        if (!reply.incarnation().equals(incarnation)) {
            return;
        }
        for (ReplicaId voter : reply.voters().ids()) {
            if (known.add(voter)) {
                ask(voter);
            }
        }
        if (!reply.granted()) {
            refused(reply.promisedEpoch());
            return;
        }
        granted.put(from, reply);
        if (!refused && granted.containsKey(replica.self())) {
            decide();
        }
    }

    private void decide() {
        ReplicaId winner = replica.self();
        PromiseReply greatest = granted.get(winner);
        for (Map.Entry<ReplicaId, PromiseReply> voter : granted.entrySet()) {
            if (greatest == null || replica.rules().compare(voter.getValue().position(), greatest.position()) > 0) {
                winner = voter.getKey();
                greatest = voter.getValue();
            }
        }
        if (greatest == null) {
            return;
        }
        Voters voters = replica.rules().electing(replica.voters(), greatest.voters());
        long promised = granted.keySet().stream()
                .filter(from -> replica.rules().countsPromise(voters, from))
                .count();
        if (promised < voters.quorum()) {
            return;
        }
        if (voters.contains(replica.self())) {
            replica.elected(epoch, incarnation, winner, greatest.position());
        } else {
            replica.follow(null, "by the log of " + winner + " it is none of the voters " + voters);
        }
    }
}
