package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.replication.Promise;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a replicated log, a voter or on its way to become one, and the only place where it changes its role. One step at a time; never blocks.
 *
 * <p><b>Transitions.</b>
 *
 * <pre>
 *   from        to          when
 *   (start)     Follower    always; it has no leader, until one of its epoch or a higher one sends an append
 *   Follower    Asking      it is nominated, does not abstain, and is a voter by its own log
 *   Follower    Candidate   the same, and it is to lead whoever leads and however far it is behind
 *   Asking      Asking      it is nominated again, with other words
 *   Asking      Candidate   a quorum has answered that no leader is heard of, or it is to take over; and its log is not far behind
 *   Asking      Follower    a quorum hears a leader; or its log is far behind; or by the greatest log it is no voter
 *   Asking      Follower    it promises a higher epoch to somebody, or is sent an append of a higher epoch
 *   Follower    Follower    it promises a higher epoch to somebody, or is sent an append of a higher epoch; or a promise found no
 *                           room
 *   Candidate   Candidate   its epoch was refused, and a random time has passed: a new attempt in a higher epoch
 *   Candidate   Adopting    a quorum of the greatest log's voters has promised, itself included, and another's log is it
 *   Candidate   Opening     a quorum, itself included, has promised, and its own log is the greatest, and not empty
 *   Candidate   Leader      the same, and the greatest log is empty: no barrier is needed
 *   Candidate   Follower    the greatest log of those that promised does not count it among the voters
 *   Candidate   Follower    another incarnation leads this epoch; or any higher epoch is promised, or led; or its disk is full
 *   Adopting    Opening     the copy of the greatest log is on its disk; it writes the epoch's barrier
 *   Adopting    Candidate   the source does not answer, or has promised a higher epoch: a new attempt
 *   Adopting    Follower    any higher epoch is promised by itself, or led; or its disk is full
 *   Opening     Leader      the barrier is committed, and the log begins where committed entries say
 *   Opening     Follower    any higher epoch is promised, or led; or no quorum is heard of; or its disk is full
 *   Leader      Follower    any higher epoch is promised, or led; or no quorum is heard of
 *   Leader      Follower    its own removal from the voters is committed
 *   nominee     Candidate   it is nominated anew, by way of Follower: an attempt in a higher epoch
 *   any         Halted      an I/O has failed but for lack of room (rule 11), or something was seen that the rules exclude
 *   any         Halted      damage was met in the log: the next start repairs, and abstains (rule 14)
 * </pre>
 *
 * Asking, Candidate, Adopting, Opening and Leader are nominees, and an asking one is a follower still: when a nominee becomes a
 * follower or halts, the nomination is over.
 * There is no election timeout: who should lead is nominated from outside, and a follower without leader waits.
 */
public final class QuorumReplica {
    private final ReplicaId self;
    private final QuorumSettings settings;
    private final InstantSource clock;
    private final Supplier<UUID> incarnations;
    private final Rules rules;
    private final Outbox out;
    private final LocalLog log;
    private final Voting voting;
    private final Inbox inbox;
    private final LogIntake intake;
    private final Abstention abstention;
    private final LogStarts starts;
    private final Snapshots snapshots;

    private Role role;
    private long highWatermark;

    /**
     * What a replica begins with: what its disk had when it was opened.
     *
     * @param log the log's outline, the replica's own from now on; all of it is on the disk
     * @param voters its configurations, the replica's own from now on
     * @param promise the promise stored last
     * @param checkpoint a high watermark that this replica once had, or 0
     * @param start counts how often the replica has been started, this time included: durably, or it may count an answer twice
     * @param abstains whether it may have lost what it has acknowledged, and has not caught up since
     * @param tombstones what is known of those of the log
     */
    public record Recovered(
            LogOutline log,
            VoterHistory voters,
            Promise promise,
            long checkpoint,
            long start,
            boolean abstains,
            Tombstones tombstones) {}

    /**
     * A follower without a leader.
     *
     * @param self the replica's own id, whether it votes or not
     * @param clock stamps control batches and decides nothing
     * @param incarnations a fresh random id for every attempt to lead
     */
    public QuorumReplica(
            ReplicaId self,
            QuorumSettings settings,
            Recovered recovered,
            InstantSource clock,
            Supplier<UUID> incarnations) {
        this(self, settings, recovered, clock, incarnations, Rules.SOUND);
    }

    QuorumReplica(
            ReplicaId self,
            QuorumSettings settings,
            Recovered recovered,
            InstantSource clock,
            Supplier<UUID> incarnations,
            Rules rules) {
        this.self = self;
        this.settings = settings;
        this.clock = clock;
        this.incarnations = incarnations;
        this.rules = rules;
        this.out = new Outbox(self);
        this.log = new LocalLog(
                recovered.log(),
                rules.afterRestart(recovered.voters()),
                recovered.tombstones(),
                out,
                rules,
                settings.flush());
        this.voting = new Voting(this, rules.afterRestart(recovered.promise()));
        this.inbox = new Inbox(this, voting);
        this.intake = new LogIntake(this);
        this.abstention = new Abstention(this, recovered.start(), recovered.abstains());
        this.starts = new LogStarts(this);
        this.snapshots = new Snapshots(this, voting);
        // Where the log begins everything before is committed.
        this.highWatermark = Math.max(
                recovered.log().base().offset(),
                Math.min(recovered.checkpoint(), recovered.log().end()));
        this.role = new Follower(this, voting.promise().epoch(), null);
    }

    /** Handles what has happened; the outputs are to be acted upon in their order. */
    public List<Output> step(Input input) {
        if (!(role instanceof Halted)) {
            inbox.take(input);
            for (Message own = out.nextToSelf(); own != null; own = out.nextToSelf()) {
                inbox.received(self, own);
            }
            moveOwnStart();
        }
        return out.take();
    }

    /** Whatever has moved the high watermark, or brought it and the entry together. */
    private void moveOwnStart() {
        if (!(role instanceof Halted)) {
            starts.advance();
        }
    }

    // --- transitions -------------------------------------------------------------------------------------------------

    /** By its own log it may have no say (rule 15), nor while it abstains: then it need not bother the others. */
    void nominated(Input.Nominated nomination) {
        Follower following = role.following();
        if (following == null) {
            return;
        }
        if (!abstention.mayVote()) {
            out.decide(new Output.NominationOver(
                    role.epoch, ErrorCode.PARTITION_UNAVAILABLE, "it abstains until it has caught up"));
        } else if (voters().contains(self)) {
            ask(following, nomination);
        } else {
            out.decide(new Output.NominationOver(
                    role.epoch, ErrorCode.PARTITION_UNAVAILABLE, self + " is none of the voters " + voters()));
        }
    }

    /** Nothing that was begun before is gone on with, not even a question that was asked with the same words. */
    void nominatedAnew(Input.Nominated nomination) {
        Follower following = role.following();
        String why = "it has been nominated anew";
        if (following == null) {
            follow(null, why);
        } else if (role instanceof Asking) {
            resume(following, ErrorCode.FENCED, why);
        }
        nominated(nomination);
    }

    /** To Asking, unless the answers would not matter. */
    private void ask(Follower following, Input.Nominated nomination) {
        if (nomination.handOver() && nomination.evenIfBehind()) {
            attempt();
        } else if (!(role instanceof Asking asking) || !asking.nomination().equals(nomination)) {
            become(new Asking(this, following, nomination, incarnations.get()));
        }
    }

    /** From Asking, to the follower that it has been all the time. */
    void resume(Follower following, ErrorCode code, String why) {
        become(following, code, why);
    }

    /** To Candidate: an attempt in an epoch above all that this replica has heard of. */
    void attempt() {
        int epoch = 1
                + Math.max(
                        inbox.highestEpochSeen(),
                        Math.max(voting.promise().epoch(), log.outline().lastEpoch()));
        become(new Candidate(this, epoch, incarnations.get()));
    }

    /** From Candidate: a quorum has promised; whose log is the greatest, and where it ends. */
    void elected(int epoch, UUID incarnation, ReplicaId winner, LogPosition position) {
        if (winner.equals(self)) {
            open(epoch, incarnation);
        } else {
            become(new Adopting(this, epoch, incarnation, winner, position));
        }
    }

    /** To Opening, or to Leader if the log is empty: the own log is the greatest of a quorum's, and on the disk. */
    void open(int epoch, UUID incarnation) {
        Replication replication = new Replication(this, epoch, incarnation);
        if (log.outline().end() == 0) {
            lead(replication);
        } else {
            replication.writeBarrier(clockMillis());
            become(new Opening(this, replication));
        }
    }

    /** To Leader: the epoch is open. */
    void lead(Replication replication) {
        become(new Leader(this, replication));
    }

    /** To Follower. */
    void follow(@Nullable ReplicaId leader, String why) {
        become(new Follower(this, voting.promise().epoch(), leader), ErrorCode.FENCED, why);
    }

    /** To Follower: what it would have to write does not fit on its disk. */
    void noRoom(String forWhat) {
        become(
                new Follower(this, voting.promise().epoch(), null),
                ErrorCode.DISK_FULL,
                "there is no room on the disk for " + forWhat);
    }

    /** To Halted: nothing is done any more. */
    void halt(String why) {
        become(new Halted(this, role.epoch), ErrorCode.IO_FAILED, why);
        out.decide(new Output.Alarm(why));
    }

    /** To Halted: the next start repairs. */
    void damaged(Input.Damaged damaged) {
        become(new Halted(this, role.epoch), ErrorCode.CORRUPT_LOG, "the log is damaged");
        out.decide(new Output.RepairNeeded(damaged.offset(), damaged.what()));
    }

    private void become(Role nominee) {
        become(nominee, ErrorCode.FENCED, "");
    }

    private void become(Role next, ErrorCode code, String why) {
        Role before = role;
        before.left();
        out.cancelTimers();
        role = next;
        if (before.isNominee() && !next.isNominee()) {
            out.decide(new Output.NominationOver(before.epoch, code, why));
        }
        next.entered();
    }

    // --- for the roles, and for who looks on -------------------------------------------------------------------------

    boolean isPromiseStored() {
        return voting.isStored();
    }

    void advanceHighWatermark(long to) {
        if (to > highWatermark) {
            highWatermark = to;
            out.decide(new Output.HighWatermarkMoved(to));
        }
    }

    /** The committed offset as far as this replica knows. */
    public long highWatermark() {
        return highWatermark;
    }

    /** Up to where readers may be served here (rules 5 and 21); nothing while an epoch is being opened. */
    public OptionalLong readableOffset() {
        return role.isReadable() ? OptionalLong.of(highWatermark) : OptionalLong.empty();
    }

    /** The offset below which nothing is read here any more (rule 16). It never goes back. */
    public long startOffset() {
        return log.outline().start();
    }

    /** The offset that the next append has to have; it includes what is still on its way to the disk. */
    public long endOffset() {
        return log.outline().end();
    }

    /** Whether it may have lost what it had acknowledged, and has no say until it has caught up. */
    public boolean abstains() {
        return abstention.isOn();
    }

    /** Where its own log ends, on the disk or on its way there. */
    public LogPosition position() {
        return log.outline().position();
    }

    /** The epoch that is promised. */
    public int promisedEpoch() {
        return voting.promise().epoch();
    }

    /** Up to where each replica has the log on its disk, as far as this one knows, which leads; empty if it does not. */
    public Map<ReplicaId, Long> replicaEnds() {
        return role.replicaEnds();
    }

    /** The other replicas, learners among them, that this leader has heard lately; empty while it does not lead. */
    public Set<ReplicaId> liveReplicas() {
        return role.liveReplicas();
    }

    /** Whether the entry that says who votes is committed, as far as is known here: then it holds for good. */
    public boolean areVotersCommitted() {
        return log.voters().newestOffset() < highWatermark;
    }

    /**
     * Below that offset nobody has any more what a tombstone has deleted, as far as this replica has heard from who leads, or knows as
     * the leader: the tombstones may go (decision 41).
     */
    public long tombstonesMayGoBelow() {
        return role.tombstonesMayGoBelow();
    }

    /** Whether this replica leads, as far as it knows. */
    public boolean isLeading() {
        return role instanceof Leader;
    }

    /** The role's name, for people. */
    public String roleName() {
        return role.getClass().getSimpleName();
    }

    Role role() {
        return role;
    }

    LogIntake intake() {
        return intake;
    }

    LogStarts starts() {
        return starts;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    long clockMillis() {
        return clock.millis();
    }

    ReplicaId self() {
        return self;
    }

    /** Who decides about this log by its newest entry that says so, committed or not. */
    public Voters voters() {
        return rules.inEffect(log.voters(), highWatermark);
    }

    /** Who decides where the log ends, or begins, at that offset. */
    public Voters votersAt(long offset) {
        return log.voters().at(offset);
    }

    QuorumSettings settings() {
        return settings;
    }

    InstantSource clock() {
        return clock;
    }

    Rules rules() {
        return rules;
    }

    Outbox out() {
        return out;
    }

    Abstention abstention() {
        return abstention;
    }

    LocalLog log() {
        return log;
    }
}
