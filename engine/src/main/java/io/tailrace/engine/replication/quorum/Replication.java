package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How one leadership gets its log to the followers, and learns what a quorum has (rules 5, 7 and 9). */
final class Replication {
    private final QuorumReplica replica;
    private final int epoch;
    private final UUID incarnation;
    /** Where the epoch begins in the log: below it nothing is committed by counting. */
    private final long epochStart;

    private final Membership membership;
    private final List<FollowerProgress> followers = new ArrayList<>();
    private long round;
    private long snapshotWanted;
    private boolean open;
    private final Pace pace = new Pace();
    /** Whether the role's timers run: from when there is somebody to greet or something to try again, so that a sole voter mostly has none. */
    private boolean ticks;

    Replication(QuorumReplica replica, int epoch, UUID incarnation) {
        this.replica = replica;
        this.epoch = epoch;
        this.incarnation = incarnation;
        this.epochStart = replica.log().outline().end();
        this.membership = new Membership(replica, this);
        for (ReplicaId voter : replica.log().voters().newest().ids()) {
            if (!voter.equals(replica.self())) {
                followers.add(new FollowerProgress(voter, epochStart));
            }
        }
    }

    Membership membership() {
        return membership;
    }

    @Nullable
    FollowerProgress follower(ReplicaId id) {
        for (FollowerProgress follower : followers) {
            if (follower.id.equals(id)) {
                return follower;
            }
        }
        return null;
    }

    /** A learner, to begin with; who has been removed just now has no need to begin anew. */
    void addFollower(ReplicaId id) {
        stir();
        if (follower(id) == null && !id.equals(replica.self())) {
            FollowerProgress added =
                    new FollowerProgress(id, replica.log().outline().end());
            followers.add(added);
            greet(added);
        }
    }

    /** The others hear no more from this leader; until now they were told what removed them. */
    void keepFollowersOf(Voters voters) {
        followers.removeIf(follower -> !voters.contains(follower.id) && !membership.isLearner(follower.id));
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

    /** The epoch's barrier is committed, or it needs none. */
    void opened() {
        open = true;
    }

    /** A role begins: greets everybody. */
    void begin() {
        ticks = false;
        pace.stir();
        followers.forEach(this::greet);
        if (replica.starts().foundNoRoom()) {
            tick();
        }
    }

    void timerFired(TimerKind kind) {
        switch (kind) {
            case HEARTBEAT -> {
                heartbeat();
                if (pace.isStillFor(isSettled())) {
                    replica.out().cancelTimer(TimerKind.QUORUM_CHECK);
                    followers.forEach(FollowerProgress::looked);
                    replica.out().setTimer(TimerKind.QUIET_HEARTBEAT);
                } else {
                    replica.out().setTimer(TimerKind.HEARTBEAT);
                }
            }
            case QUIET_HEARTBEAT -> {
                boolean settled = isSettled();
                followers.forEach(FollowerProgress::looked);
                heartbeat();
                if (settled) {
                    replica.out().setTimer(TimerKind.QUIET_HEARTBEAT);
                } else {
                    stir();
                }
            }
            case QUORUM_CHECK -> checkQuorum();
            case ATTEMPT, LEADER_CHECK -> {}
        }
    }

    private void heartbeat() {
        membership.heartbeat();
        followers.forEach(FollowerProgress::heartbeat);
        replica.snapshots().want(snapshotWanted);
        replica.starts().tryAgain();
        followers.forEach(this::greet);
        followers.forEach(this::sendNew);
    }

    /** Something happens: what is said now may have to be said again soon. */
    void stir() {
        if (pace.stir() && ticks) {
            replica.out().cancelTimer(TimerKind.QUIET_HEARTBEAT);
            replica.out().setTimer(TimerKind.HEARTBEAT);
            replica.out().setTimer(TimerKind.QUORUM_CHECK);
        }
    }

    /** Whether all has been done, and a quorum has been heard of lately. Who does not answer is not waited for. */
    private boolean isSettled() {
        long end = replica.log().outline().end();
        return open
                && replica.highWatermark() == end
                && !membership.isBusy()
                && !replica.starts().foundNoRoom()
                && replica.snapshots().offset() >= snapshotWanted
                && counting(follower -> follower.heard) >= replica.voters().quorum()
                && followers.stream().allMatch(follower -> follower.isSilent() || isSettled(follower, end));
    }

    private boolean isSettled(FollowerProgress follower, long end) {
        return follower.hasAll(end) && follower.round >= round && follower.snapshot >= snapshotWanted;
    }

    private void checkQuorum() {
        if (counting(follower -> follower.heard) < replica.voters().quorum()) {
            replica.follow(null, "no quorum has been heard of for too long");
            return;
        }
        followers.forEach(FollowerProgress::looked);
        replica.out().setTimer(TimerKind.QUORUM_CHECK);
    }

    /** The other replicas that have been heard lately, learners among them. */
    Set<ReplicaId> live() {
        return followers.stream()
                .filter(FollowerProgress::isLive)
                .map(follower -> follower.id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Begins a round: whoever answers it had promised nobody a higher epoch after this moment. */
    long beginRound() {
        round++;
        stir();
        followers.forEach(this::greet);
        return round;
    }

    /** How many voters have answered that round or a later one; the leader is one of them, if it votes. */
    int answersTo(long since) {
        return counting(follower -> follower.round >= since);
    }

    /** How many voters of the newest configuration that is true of, of the leader anyway. */
    private int counting(Predicate<FollowerProgress> what) {
        Voters voters = replica.voters();
        int itself = replica.rules().countsItself(voters, replica.self()) ? 1 : 0;
        return itself
                + (int) followers.stream()
                        .filter(follower -> counts(voters, follower) && what.test(follower))
                        .count();
    }

    private boolean counts(Voters voters, FollowerProgress follower) {
        return replica.rules().countsAnswer(voters, follower.id, membership.isLearner(follower.id));
    }

    /** Sends everybody what he lacks, as far as he may have more. */
    void sendNew() {
        stir();
        followers.forEach(this::sendNew);
    }

    private void sendNew(FollowerProgress to) {
        if (!to.probing && to.next < base()) {
            // What is next is not to be had any more: if nothing under way brings it, its log has to begin anew.
            to.probeAt(base());
            greet(to);
        }
        long end = replica.log().outline().end();
        boolean mayHaveMore = to.inFlight.size() < replica.settings().maxInFlightAppends();
        if (!to.probing && to.readId == FollowerProgress.NO_READ && to.next < end && mayHaveMore) {
            to.readFrom = to.next;
            to.readId = replica.out()
                    .io(id -> new Output.Read(
                            id, to.readFrom, end, replica.settings().maxAppendBytes()));
        }
    }

    void readDone(long id, List<RecordBatch> batches, Tombstones tombstones) {
        for (FollowerProgress to : followers) {
            if (to.readId == id) {
                to.readId = FollowerProgress.NO_READ;
                if (!to.probing && to.next == to.readFrom && !batches.isEmpty()) {
                    send(to, to.readFrom, batches, tombstones);
                    to.next = batches.get(batches.size() - 1).nextOffset();
                    to.inFlight.add(to.next);
                }
                sendNew(to);
            }
        }
    }

    private long base() {
        return replica.log().outline().base().offset();
    }

    /** Has the role's timers run. */
    private void tick() {
        if (!ticks) {
            ticks = true;
            replica.out().setTimer(TimerKind.HEARTBEAT);
            replica.out().setTimer(TimerKind.QUORUM_CHECK);
        }
    }

    /** The log's start could not move for lack of room: that is tried again with every heartbeat, by a sole voter too. */
    void startFoundNoRoom() {
        stir();
        tick();
    }

    private void greet(FollowerProgress to) {
        tick();
        if (to.probing && to.next < base()) {
            to.probeAt(base());
        }
        send(to, to.probing ? to.next : to.matched, List.of(), Tombstones.NONE);
    }

    private void send(FollowerProgress to, long previousOffset, List<RecordBatch> batches, Tombstones tombstones) {
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
                                replica.highWatermark(),
                                base(),
                                snapshotWanted,
                                replica.rules().confirmsStart(open) ? to.start : Message.NO_START,
                                tombstones,
                                tombstonesMayGoBelow()));
    }

    void answered(ReplicaId from, AppendReply reply) {
        for (FollowerProgress follower : followers) {
            if (follower.id.equals(from) && isOfNewestStart(follower, reply.start())) {
                follower.heard();
                follower.round = Math.max(follower.round, reply.round());
                follower.snapshot = Math.max(follower.snapshot, reply.snapshotOffset());
                follower.settled = Math.max(follower.settled, reply.settledBelow());
                if (reply.outcome() == Outcome.MATCHED) {
                    follower.matched(reply.matchedOffset(), reply.fsyncedOffset());
                    if (!isSettled(follower, replica.log().outline().end())) {
                        stir();
                    }
                    sendNew(follower);
                } else {
                    stir();
                    // What this start once had on its disk it still has: an answer that says otherwise is an old one.
                    long agreement = replica.log().outline().agreement(reply.divergence());
                    if (follower.probeAt(Math.max(base(), Math.max(follower.fsynced, agreement)))) {
                        greet(follower);
                    }
                }
            }
        }
    }

    /** Forgets what earlier starts have acknowledged when a later one is heard of, and drops what they said late (rule 14). */
    private boolean isOfNewestStart(FollowerProgress follower, long start) {
        if (replica.rules().isLate(start, follower.start)) {
            return false;
        }
        if (start > follower.start) {
            follower.start = start;
            stir();
            if (!replica.rules().countsEarlierStarts()) {
                follower.startedAgain();
            }
        }
        return true;
    }

    /** Moves the high watermark to what a quorum has on its disks, the own among them. */
    void advance() {
        long quorumHas = quorumHas(replica.voters());
        if (quorumHas > replica.highWatermark() && replica.rules().commits(quorumHas, epochStart)) {
            replica.advanceHighWatermark(quorumHas);
            followers.stream().filter(to -> to.inFlight.isEmpty()).forEach(this::greet);
        }
    }

    /** Up to where each has the log on its disk: itself, its followers, learners among them. */
    Map<ReplicaId, Long> replicaEnds() {
        Map<ReplicaId, Long> ends = new TreeMap<>();
        ends.put(replica.self(), replica.log().flushed());
        followers.forEach(follower -> ends.put(follower.id, follower.fsynced));
        return ends;
    }

    /** What so many of the voters have on their disks as are a quorum. */
    private long quorumHas(Voters voters) {
        LocalLog log = replica.log();
        long own = replica.rules().ownVote(log.flushed(), log.outline().end());
        return ofQuorum(voters, own, follower -> follower.fsynced);
    }

    /** The greatest offset up to which a quorum has snapshots. */
    long quorumsSnapshots() {
        return ofQuorum(replica.voters(), replica.snapshots().offset(), follower -> follower.snapshot);
    }

    /**
     * Below that offset nobody has any more what a tombstone has deleted, of all who vote or learn, not only of a quorum: who is away
     * holds it up, so that no voter has to give up its log when it is back (decision 41). 0 while it is not sure who votes.
     */
    long tombstonesMayGoBelow() {
        long least = replica.areVotersCommitted() ? replica.log().settledBelow() : 0;
        for (FollowerProgress follower : followers) {
            least = Math.min(least, follower.settled);
        }
        return least;
    }

    /** What a quorum has at least, of the own and the followers' figures. */
    private long ofQuorum(Voters voters, long own, ToLongFunction<FollowerProgress> figure) {
        long[] all = new long[followers.size() + 1];
        int counted = 0;
        if (replica.rules().countsItself(voters, replica.self())) {
            all[counted++] = own;
        }
        for (FollowerProgress follower : followers) {
            if (counts(voters, follower)) {
                all[counted++] = figure.applyAsLong(follower);
            }
        }
        Arrays.sort(all, 0, counted);
        return counted < voters.quorum() ? 0 : all[counted - voters.quorum()];
    }

    /** Snapshots as of that offset or later are wanted of everybody from now on, or none any more with 0. */
    void wantSnapshots(long asOf) {
        snapshotWanted = asOf;
        stir();
        replica.snapshots().want(asOf);
        followers.stream().filter(to -> to.snapshot < asOf).forEach(this::greet);
    }
}
