package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one leadership changes the voters: by one at a time, a new one as a learner first (rule 17; Raft's thesis, chapter 4). One
 * wish is in hand. It waits until it may be appended; from then on the new configuration counts, and the wish is done when it is
 * committed. A learner is caught up when it gets through a round, all that the leader had when the round began, within a
 * heartbeat; if none of its first rounds is so quick it never will be.
 */
final class Membership {
    private static final int MAX_ROUNDS = 10;

    private final QuorumReplica replica;
    private final Replication replication;
    /** Appended and not committed: one at most, unless the rule is broken. */
    private final Deque<Appended> appended = new ArrayDeque<>();

    private Input.@Nullable ChangeVoters wish;
    /** A learner that has been brought up and goes on learning, until it is added or another is wished for. */
    private @Nullable ReplicaId learned;

    private boolean caughtUp;
    private long roundEnd;
    private int rounds;
    private int heartbeatsOfRound;
    /** Since more of the log was on the learner's disk. */
    private int idleHeartbeats;

    private long learnerHas;

    private record Appended(long token, long endOffset, Voters voters) {}

    Membership(QuorumReplica replica, Replication replication) {
        this.replica = replica;
        this.replication = replication;
    }

    void change(Input.ChangeVoters wanted) {
        if (wish != null) {
            refuse(wanted, ErrorCode.PARTITION_BUSY, "another change of the voters is under way: ask again");
        } else if (isPossible(wanted)) {
            wish = wanted;
            replication.stir();
            caughtUp = wanted instanceof Input.RemoveVoter || wanted.voter().equals(learned);
            if (!caughtUp) {
                forgetLearned();
                rounds = 0;
                idleHeartbeats = 0;
                learnerHas = 0;
                beginRound();
                replication.addFollower(wanted.voter());
            }
            advance();
        }
    }

    private void forgetLearned() {
        if (learned != null) {
            learned = null;
            replication.keepFollowersOf(replica.voters());
        }
    }

    private boolean isPossible(Input.ChangeVoters wanted) {
        Voters voters = replica.voters();
        boolean votes = voters.contains(wanted.voter());
        boolean adds = !(wanted instanceof Input.RemoveVoter);
        if (adds && votes) {
            refuse(wanted, ErrorCode.INVALID_ARGUMENT, wanted.voter() + " is one of the voters already, " + voters);
        } else if (adds && voters.ids().size() >= Voters.MAX_VOTERS) {
            refuse(wanted, ErrorCode.LIMIT_EXCEEDED, "there are " + Voters.MAX_VOTERS + " voters: remove one first");
        } else if (!adds && !votes) {
            refuse(wanted, ErrorCode.INVALID_ARGUMENT, wanted.voter() + " is none of the voters " + voters);
        } else if (!adds && voters.ids().size() == 1) {
            refuse(wanted, ErrorCode.INVALID_ARGUMENT, "it is the last voter: add another first");
        } else {
            return true;
        }
        return false;
    }

    private void refuse(Input.ChangeVoters refused, ErrorCode code, String why) {
        replica.out().decide(new Output.VotersRefused(refused.token(), code, why));
    }

    /** Whether that replica is being brought up, and does not count. */
    boolean isLearner(ReplicaId id) {
        boolean wished = wish != null
                && !(wish instanceof Input.RemoveVoter)
                && wish.voter().equals(id);
        return wished || id.equals(learned);
    }

    /** Whether a change is in hand or being committed. */
    boolean isBusy() {
        return wish != null || !appended.isEmpty();
    }

    // --- a learner's rounds ------------------------------------------------------------------------------------------

    private void beginRound() {
        roundEnd = replica.log().outline().end();
        heartbeatsOfRound = 0;
        rounds++;
    }

    private void look(Input.ChangeVoters waiting, FollowerProgress learner) {
        if (learner.fsynced > learnerHas) {
            learnerHas = learner.fsynced;
            idleHeartbeats = 0;
        }
        if (learner.probing || learner.fsynced < roundEnd) {
            return;
        }
        if (heartbeatsOfRound <= 1) {
            caughtUp = true;
        } else if (rounds < MAX_ROUNDS) {
            beginRound();
        } else {
            giveUp(waiting, "is too slow: after " + MAX_ROUNDS + " rounds it is still behind");
        }
    }

    void heartbeat() {
        Input.ChangeVoters waiting = wish;
        if (waiting != null && !caughtUp) {
            heartbeatsOfRound++;
            if (++idleHeartbeats > replica.settings().maxIdleHeartbeats()) {
                giveUp(waiting, "does not answer, or stores nothing");
            }
        }
    }

    private void giveUp(Input.ChangeVoters waiting, String why) {
        wish = null;
        replication.keepFollowersOf(replica.voters());
        refuse(waiting, ErrorCode.LIMIT_EXCEEDED, waiting.voter() + " " + why);
    }

    // --- appending ---------------------------------------------------------------------------------------------------

    /** Something is on more disks than before. The last thing to be done about it: leading may end here. */
    void advance() {
        boolean done = false;
        while (!appended.isEmpty() && appended.element().endOffset() <= replica.highWatermark()) {
            Appended change = appended.remove();
            replica.out().decide(new Output.VotersChanged(change.token(), change.voters()));
            done = true;
        }
        if (done && isLastCommitted()) {
            replication.keepFollowersOf(replica.voters());
            if (!replica.voters().contains(replica.self())) {
                replica.follow(null, "it has been removed from the voters");
                return;
            }
        }
        Input.ChangeVoters waiting = wish;
        if (waiting == null) {
            return;
        }
        FollowerProgress learner = caughtUp ? null : replication.follower(waiting.voter());
        if (learner != null) {
            look(waiting, learner);
        }
        if (caughtUp && waiting instanceof Input.Learn) {
            wish = null;
            learned = waiting.voter();
            replica.out().decide(new Output.LearnerCaughtUp(waiting.token()));
        } else if (caughtUp) {
            append(waiting);
        }
    }

    private boolean isLastCommitted() {
        return replica.areVotersCommitted();
    }

    private void append(Input.ChangeVoters wanted) {
        boolean opened = replica.highWatermark() > replication.epochStart();
        if (!replica.rules().mayChangeVoters(isLastCommitted(), opened)) {
            // The leader of an empty log has written nothing yet that could be committed.
            if (replica.log().outline().end() == replication.epochStart()) {
                replication.writeBarrier(replica.clock().millis());
                replication.sendNew();
            }
            return;
        }
        wish = null;
        if (isPossible(wanted)) {
            Voters voters = replica.voters();
            boolean adds = wanted instanceof Input.AddVoter;
            Voters changed = adds ? voters.with(wanted.voter()) : voters.without(wanted.voter());
            if (!leavesLiveQuorum(changed)) {
                refuse(
                        wanted,
                        ErrorCode.PARTITION_UNAVAILABLE,
                        "of " + changed + " too few have been heard lately: start their nodes, or ask again");
                return;
            }
            if (adds) {
                learned = null;
            }
            long offset = replica.log().outline().end();
            long now = replica.clock().millis();
            RecordBatch batch = VotersFormat.batch(offset, replication.epoch(), now, changed);
            replica.log().appendForced(List.of(new PlacedBatch(batch, offset, replication.epoch(), -1)));
            appended.add(new Appended(wanted.token(), batch.nextOffset(), changed));
            replication.sendNew();
        }
    }

    /** The log would stand still at once otherwise. What was heard a moment ago may be gone by now: it is a courtesy, no promise. */
    private boolean leavesLiveQuorum(Voters changed) {
        Set<ReplicaId> live = replication.live();
        return changed.ids().stream()
                        .filter(id -> id.equals(replica.self()) || live.contains(id))
                        .count()
                >= changed.quorum();
    }

    // --- ends --------------------------------------------------------------------------------------------------------

    /** There was no room on the disk: what is no longer in the log never counted for anybody else. */
    void takenBack() {
        long end = replica.log().outline().end();
        while (!appended.isEmpty() && appended.getLast().endOffset() > end) {
            replica.out()
                    .decide(new Output.VotersRefused(
                            appended.removeLast().token(), ErrorCode.DISK_FULL, "the leader's disk is full"));
        }
        Input.ChangeVoters waiting = wish;
        if (waiting != null && end == replication.epochStart()) {
            wish = null;
            refuse(waiting, ErrorCode.DISK_FULL, "the leader's disk is full");
        }
    }

    /** Leading is over: what has been appended may be committed some day. */
    void ended() {
        appended.forEach(change -> replica.out().decide(new Output.VotersUnknown(change.token())));
        appended.clear();
        learned = null;
        if (wish != null) {
            refuse(wish, ErrorCode.FENCED, "it does not lead any more: ask who does");
            wish = null;
        }
    }
}
