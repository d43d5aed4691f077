package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** How one leadership gets its log to the followers, and learns what a quorum has (rules 5, 7 and 9). */
final class Replication {
    private final QuorumReplica replica;
    private final int epoch;
    private final UUID incarnation;
    /** Where the epoch begins in the log: below it nothing is committed by counting. */
    private final long epochStart;

    private final List<FollowerProgress> followers = new ArrayList<>();
    private long round;

    Replication(QuorumReplica replica, int epoch, UUID incarnation) {
        this.replica = replica;
        this.epoch = epoch;
        this.incarnation = incarnation;
        this.epochStart = replica.log().outline().end();
        for (ReplicaId voter : replica.voters().ids()) {
            if (!voter.equals(replica.self())) {
                followers.add(new FollowerProgress(voter, epochStart));
            }
        }
    }

    int epoch() {
        return epoch;
    }

    long epochStart() {
        return epochStart;
    }

    /** Writes the batch that opens the epoch behind everything that was there. */
    void writeBarrier(long timestampMillis) {
        RecordBatch barrier = ControlRecords.barrier(epochStart, epoch, timestampMillis);
        replica.log().appendForced(List.of(new PlacedBatch(barrier, epochStart, epoch, -1)));
    }

    /** Starts the timers and greets everybody; a sole voter has nobody to greet, and no timer. */
    void begin() {
        if (!followers.isEmpty()) {
            replica.out().setTimer(TimerKind.HEARTBEAT);
            replica.out().setTimer(TimerKind.QUORUM_CHECK);
        }
        followers.forEach(this::greet);
    }

    void timerFired(TimerKind kind) {
        switch (kind) {
            case HEARTBEAT -> {
                replica.out().setTimer(TimerKind.HEARTBEAT);
                followers.forEach(FollowerProgress::heartbeat);
                followers.forEach(this::greet);
                sendNew();
            }
            case QUORUM_CHECK -> checkQuorum();
            case ATTEMPT -> {}
        }
    }

    private void checkQuorum() {
        long heard = 1 + followers.stream().filter(follower -> follower.heard).count();
        if (heard < replica.voters().quorum()) {
            replica.follow(null, "no quorum has been heard of for too long");
            return;
        }
        followers.forEach(follower -> follower.heard = false);
        replica.out().setTimer(TimerKind.QUORUM_CHECK);
    }

    /** Begins a round: whoever answers it had promised nobody a higher epoch after this moment. */
    long beginRound() {
        round++;
        followers.forEach(this::greet);
        return round;
    }

    /** How many voters have answered that round or a later one; the leader is one of them. */
    int answersTo(long since) {
        return 1 + (int) followers.stream().filter(f -> f.round >= since).count();
    }

    /** Sends everybody what he lacks, as far as he may have more. */
    void sendNew() {
        followers.forEach(this::sendNew);
    }

    private void sendNew(FollowerProgress to) {
        long end = replica.log().outline().end();
        boolean mayHaveMore = to.inFlight.size() < replica.settings().maxInFlightAppends();
        if (!to.probing && to.readId == FollowerProgress.NO_READ && to.next < end && mayHaveMore) {
            to.readFrom = to.next;
            to.readId = replica.out()
                    .io(id -> new Output.Read(
                            id, to.readFrom, end, replica.settings().maxAppendBytes()));
        }
    }

    void readDone(long id, List<RecordBatch> batches) {
        for (FollowerProgress to : followers) {
            if (to.readId == id) {
                to.readId = FollowerProgress.NO_READ;
                if (!to.probing && to.next == to.readFrom && !batches.isEmpty()) {
                    send(to, to.readFrom, batches);
                    to.next = batches.get(batches.size() - 1).nextOffset();
                    to.inFlight.add(to.next);
                }
                sendNew(to);
            }
        }
    }

    private void greet(FollowerProgress to) {
        send(to, to.probing ? to.next : to.matched, List.of());
    }

    private void send(FollowerProgress to, long previousOffset, List<RecordBatch> batches) {
        int previousEpoch = replica.log().outline().epochBefore(previousOffset);
        replica.out()
                .send(
                        to.id,
                        new AppendRequest(
                                epoch,
                                incarnation,
                                round,
                                previousOffset,
                                previousEpoch,
                                batches,
                                replica.highWatermark()));
    }

    void answered(ReplicaId from, AppendReply reply) {
        for (FollowerProgress follower : followers) {
            if (follower.id.equals(from)) {
                follower.heard = true;
                follower.round = Math.max(follower.round, reply.round());
                if (reply.outcome() == Outcome.MATCHED) {
                    follower.matched(reply.matchedOffset(), reply.fsyncedOffset());
                    sendNew(follower);
                } else {
                    // What it once had on its disk it still has: an answer that says otherwise is an old one.
                    long agreement = replica.log().outline().agreement(reply.divergence());
                    if (follower.probeAt(Math.max(follower.fsynced, agreement))) {
                        greet(follower);
                    }
                }
            }
        }
    }

    /** Moves the high watermark to what a quorum has on its disks, the own among them. */
    void advance() {
        long[] onDisk = new long[followers.size() + 1];
        onDisk[0] = replica.rules()
                .ownVote(replica.log().flushed(), replica.log().outline().end());
        for (int i = 0; i < followers.size(); i++) {
            onDisk[i + 1] = followers.get(i).fsynced;
        }
        Arrays.sort(onDisk);
        long quorumHas = onDisk[onDisk.length - replica.voters().quorum()];
        if (quorumHas > replica.highWatermark() && replica.rules().commits(quorumHas, epochStart)) {
            replica.advanceHighWatermark(quorumHas);
            followers.stream().filter(to -> to.inFlight.isEmpty()).forEach(this::greet);
        }
    }
}
