package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.replication.quorum.Message.PreVoteReply;
import io.tailrace.engine.replication.quorum.Message.PreVoteRequest;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Has been nominated, and asks the voters whether that is of any use before it disturbs anybody: whether a leader lives, and whose
 * log is the greatest (Raft's pre-vote, KIP-996). Nothing is promised by that and nothing may be concluded but to leave things as
 * they are; the replica goes on following meanwhile.
 *
 * <p>Without a quorum's answers it asks again and again: a quorum's promises could not be had either, and an attempt in vain would
 * depose a good leader as soon as the nominee is heard again.
 */
final class Asking extends Role {
    private final Follower following;
    private final Input.Nominated nomination;
    private final UUID question;
    private final Map<ReplicaId, PreVoteReply> answers = new TreeMap<>();
    private final Set<ReplicaId> known = new TreeSet<>();

    Asking(QuorumReplica replica, Follower following, Input.Nominated nomination, UUID question) {
        super(replica, following.epoch);
        this.following = following;
        this.nomination = nomination;
        this.question = question;
        known.add(replica.self());
        known.addAll(replica.voters().ids());
    }

    @Override
    boolean isNominee() {
        return true;
    }

    @Override
    Follower following() {
        return following;
    }

    Input.Nominated nomination() {
        return nomination;
    }

    @Override
    @Nullable
    ReplicaId liveLeader() {
        return following.liveLeader();
    }

    @Override
    void entered() {
        following.watchLeader();
        ask();
    }

    private void ask() {
        replica.out().setTimer(TimerKind.ATTEMPT);
        known.forEach(this::ask);
    }

    private void ask(ReplicaId voter) {
        replica.out().send(voter, new PreVoteRequest(epoch, question));
    }

    @Override
    void timerFired(TimerKind kind) {
        if (kind != TimerKind.ATTEMPT) {
            following.timerFired(kind);
            return;
        }
        decide(true);
        if (replica.role() == this) {
            ask();
        }
    }

    @Override
    void preVoteReply(ReplicaId from, PreVoteReply reply) {
        if (!reply.question().equals(question)) {
            return;
        }
        answers.put(from, reply);
        for (ReplicaId voter : reply.voters().ids()) {
            if (known.add(voter)) {
                ask(voter);
            }
        }
        decide(false);
    }

    private void decide(boolean late) {
        ReplicaId best = best();
        PreVoteReply greatest = answers.get(best);
        if (greatest == null) {
            return;
        }
        Voters voters = greatest.voters();
        int answered = count(voters, null);
        int open = voters.ids().size() - answered;
        int reports = 0;
        for (PreVoteReply each : answers.values()) {
            int same = mayDeferTo(each.leader()) ? count(voters, each) : 0;
            if (each.leader() != null && replica.rules().defers(same, voters.quorum())) {
                replica.out().decide(new Output.NominationDeferred(each.leader(), each.leaderEpoch()));
                replica.resume(
                        following,
                        ErrorCode.FENCED,
                        each.leader() + " leads epoch " + each.leaderEpoch() + ", and a quorum hears it");
                return;
            }
            reports = Math.max(reports, same);
        }
        boolean mayBeLed = reports > 0 && reports + open >= voters.quorum() && !late;
        if (answered >= voters.quorum() && !mayBeLed) {
            standOrDecline(best, greatest);
        }
    }

    /** Who led until a moment ago is still reported to lead, and knows better itself. */
    private boolean mayDeferTo(@Nullable ReplicaId leader) {
        return leader != null && !leader.equals(replica.self()) && !nomination.handOver();
    }

    /** How many of these voters have answered, or report the same leader. */
    private int count(Voters voters, @Nullable PreVoteReply like) {
        int count = 0;
        for (Map.Entry<ReplicaId, PreVoteReply> answer : answers.entrySet()) {
            PreVoteReply reply = answer.getValue();
            boolean same = like == null
                    || (reply.leaderEpoch() == like.leaderEpoch() && Objects.equals(reply.leader(), like.leader()));
            count += same && voters.contains(answer.getKey()) ? 1 : 0;
        }
        return count;
    }

    /** Whose log is the greatest of those that have answered; its own, if another's is not greater. */
    private ReplicaId best() {
        ReplicaId best = replica.self();
        for (Map.Entry<ReplicaId, PreVoteReply> answer : answers.entrySet()) {
            PreVoteReply greatest = answers.get(best);
            if (greatest == null
                    || LogPosition.GREATER.compare(answer.getValue().position(), greatest.position()) > 0) {
                best = answer.getKey();
            }
        }
        return best;
    }

    private void standOrDecline(ReplicaId best, PreVoteReply greatest) {
        long behind = greatest.position().endOffset() - replica.log().outline().end();
        if (!greatest.voters().contains(replica.self())) {
            replica.resume(
                    following,
                    ErrorCode.PARTITION_UNAVAILABLE,
                    "by the log of " + best + " it is none of the voters " + greatest.voters());
        } else if (nomination.evenIfBehind()
                || best.equals(replica.self())
                || behind <= replica.settings().maxAdoptedOffsets()) {
            replica.attempt();
        } else {
            replica.out().decide(new Output.NominationDeclined(best, behind));
            replica.resume(
                    following,
                    ErrorCode.PARTITION_UNAVAILABLE,
                    "its log is " + behind + " offsets behind that of " + best);
        }
    }

    @Override
    void promiseStored() {
        following.promiseStored();
    }

    @Override
    void takenBack() {
        following.takenBack();
    }

    @Override
    void logFlushed() {
        following.logFlushed();
    }
}
