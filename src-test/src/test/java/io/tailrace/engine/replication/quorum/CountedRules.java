package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Promise;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The rules as they are, and who looks on is told whenever one of them made a difference: whenever a replica without it might have
 * done something else. So a simulation can show that it has met each.
 */
public final class CountedRules extends Rules {
    private static final List<String> KINDS = new ArrayList<>();

    private static final String OUTLIVES = kind("rule 1: a promise outlives a restart");
    private static final String NOT_TWICE = kind("rule 2: an epoch is not promised to another attempt");
    private static final String OLDER = kind("rule 2: an older epoch is not promised");
    private static final String WAITS = kind("rule 1: a promise waits for the disk");
    private static final String OVER = kind("rule 3: what comes of an older epoch is refused");
    private static final String SHORTER = kind("rule 4: the greater log is not the longer one");
    private static final String GREATER = kind("rule 4: the greater log is another's");
    private static final String BARRIER = kind("rule 5: nobody is served before the barrier");
    private static final String ALONE = kind("rule 6: a read waits for a quorum");
    private static final String KEPT = kind("rule 7: a follower keeps what lies above its high watermark");
    private static final String OTHER = kind("rule 7: an entry at the same offset is another");
    private static final String BEHIND = kind("rule 7: what lies behind the batches is kept");
    private static final String STEPS_UP = kind("rule 7: an append waits until the follower has stepped up");
    private static final String OWN_DISK = kind("rule 9: a leader does not count what it has not on its disk");
    private static final String NOT_FORCED = kind("rule 9: a follower does not acknowledge what is not on its disk");
    private static final String OLD_EPOCH =
            kind("rule 9: what a quorum has of an older epoch is not committed by that");
    private static final String NOT_MATCHED =
            kind("rule 9: a follower's high watermark waits for what it has compared");
    private static final String NOT_WRITTEN = kind("rule 9: what was forced counts only as far as it is written");
    private static final String ABSTAINS = kind("rule 14: who abstains has no say");
    private static final String EARLIER = kind("rule 14: what an earlier start acknowledged counts no more");
    private static final String LATE = kind("rule 14: a late answer of an earlier start is dropped");
    private static final String NOT_OPEN = kind("rule 14: no start is confirmed before the epoch is open");
    private static final String NOT_CONFIRMED = kind("rule 14: abstaining goes on, since the start is not confirmed");
    private static final String BEHIND_YET = kind("rule 14: abstaining goes on, since something is missing");
    private static final String TAKEN_BACK = kind("rule 11: what finds no room is taken back");
    private static final String REFUSED = kind("rule 11: an append that was taken back is refused");
    private static final String CHECKED = kind("rule 13: what comes is checked");
    private static final String TOMBSTONES_GONE =
            kind("decision 41: a log is not continued from one without the tombstones that it needs");
    private static final String NOT_COMMITTED = kind("rule 16: the start does not move by what is not committed");
    private static final String NO_SNAPSHOT = kind("rule 16: the start stays where a quorum's snapshots reach");
    private static final String ANEW = kind("rule 16: a log begins anew");
    private static final String TOO_OLD = kind("rule 16: a snapshot that is too old is not sent");
    private static final String NOT_RESET = kind("rule 16: nothing is acknowledged before the log has begun anew");
    private static final String VOTERS_STAY = kind("rule 17: the voters outlive a restart");
    private static final String AT_ONCE = kind("rule 17: voters count before that is committed");
    private static final String CUT_OFF = kind("rule 17: voters go with the entry that is cut off");
    private static final String WINNERS = kind("rule 17: the winning log says who votes");
    private static final String STRANGER = kind("rule 17: a promise of who does not vote does not count");
    private static final String LEARNS = kind("rule 17: a learner does not count");
    private static final String REMOVED = kind("rule 17: a leader that is being removed does not count itself");
    private static final String ONE_BY_ONE = kind("rule 17: the next change waits for the last");
    private static final String OWN_EPOCH = kind("rule 17: a change waits for an entry of the epoch");

    private final Consumer<String> seen;

    private CountedRules(Consumer<String> seen) {
        this.seen = seen;
    }

    /** A replica whose rules are counted; the parameters are those of {@link QuorumReplica}. */
    public static QuorumReplica replica(
            ReplicaId self,
            QuorumSettings settings,
            QuorumReplica.Recovered recovered,
            InstantSource clock,
            Supplier<UUID> incarnations,
            Consumer<String> seen) {
        return new QuorumReplica(self, settings, recovered, clock, incarnations, new CountedRules(seen));
    }

    /** All that can be counted. */
    public static List<String> kinds() {
        return Collections.unmodifiableList(KINDS);
    }

    /** The names of rules that are not counted here; empty, unless one is new. */
    public static List<String> notCounted() {
        TreeSet<String> names = new TreeSet<>();
        Arrays.stream(Rules.class.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .forEach(method -> names.add(method.getName() + Arrays.toString(method.getParameterTypes())));
        Arrays.stream(CountedRules.class.getDeclaredMethods())
                .forEach(method -> names.remove(method.getName() + Arrays.toString(method.getParameterTypes())));
        return List.copyOf(names);
    }

    private static String kind(String what) {
        KINDS.add(what);
        return what;
    }

    private <T> T count(String what, boolean matters, T decision) {
        if (matters) {
            seen.accept(what);
        }
        return decision;
    }

    @Override
    Promise afterRestart(Promise stored) {
        return count(OUTLIVES, !stored.equals(Promise.NONE), super.afterRestart(stored));
    }

    @Override
    boolean grants(Promise promised, Message.Request request) {
        boolean grants = super.grants(promised, request);
        boolean older = request.epoch() < promised.epoch();
        return count(older ? OLDER : NOT_TWICE, !grants, grants);
    }

    @Override
    boolean mayReply(boolean promiseDurable, boolean logDurable) {
        boolean may = super.mayReply(promiseDurable, logDurable);
        return count(WAITS, !may, may);
    }

    @Override
    boolean isOver(int epoch, Promise promised) {
        boolean over = super.isOver(epoch, promised);
        return count(OVER, over, over);
    }

    @Override
    int compare(LogPosition one, LogPosition other) {
        int greater = super.compare(one, other);
        count(GREATER, greater > 0, greater);
        return count(SHORTER, greater > 0 && one.endOffset() < other.endOffset(), greater);
    }

    @Override
    boolean mayServe(long highWatermark, long epochStart) {
        boolean may = super.mayServe(highWatermark, epochStart);
        return count(BARRIER, !may, may);
    }

    @Override
    long keptWhenFollowing(long end, long highWatermark) {
        return count(KEPT, highWatermark < end, super.keptWhenFollowing(end, highWatermark));
    }

    @Override
    boolean isSame(int ownEpoch, int itsEpoch) {
        boolean same = super.isSame(ownEpoch, itsEpoch);
        return count(OTHER, !same, same);
    }

    /** Senders check what they read, so that what comes is whole: nothing but a broken sender would make a difference. */
    @Override
    boolean mayContinue(Tombstones own, long offset, Tombstones source) {
        boolean may = super.mayContinue(own, offset, source);
        return count(TOMBSTONES_GONE, !may, may);
    }

    @Override
    boolean isWhole(RecordBatch batch) {
        return count(CHECKED, true, super.isWhole(batch));
    }

    @Override
    long cutFrom(long firstConflict, long endOfBatches) {
        return count(BEHIND, endOfBatches < firstConflict, super.cutFrom(firstConflict, endOfBatches));
    }

    @Override
    boolean mayFollow(boolean promiseDurable) {
        return count(STEPS_UP, !promiseDurable, super.mayFollow(promiseDurable));
    }

    @Override
    long ownVote(long flushed, long end) {
        return count(OWN_DISK, flushed < end, super.ownVote(flushed, end));
    }

    @Override
    long acknowledged(long matched, long flushed) {
        return count(NOT_FORCED, flushed < matched, super.acknowledged(matched, flushed));
    }

    @Override
    boolean commits(long quorumHas, long epochStart) {
        boolean commits = super.commits(quorumHas, epochStart);
        return count(OLD_EPOCH, !commits, commits);
    }

    @Override
    long followersHighWatermark(long leaders, long matched, long flushed) {
        return count(
                NOT_MATCHED,
                matched < Math.min(leaders, flushed),
                super.followersHighWatermark(leaders, matched, flushed));
    }

    @Override
    boolean mayVote(boolean abstains) {
        return count(ABSTAINS, abstains, super.mayVote(abstains));
    }

    @Override
    boolean countsEarlierStarts() {
        return count(EARLIER, true, super.countsEarlierStarts());
    }

    @Override
    boolean isLate(long start, long newestStart) {
        boolean late = super.isLate(start, newestStart);
        return count(LATE, late, late);
    }

    @Override
    boolean confirmsStart(boolean epochIsOpen) {
        return count(NOT_OPEN, !epochIsOpen, super.confirmsStart(epochIsOpen));
    }

    @Override
    boolean isConfirmed(long confirmedStart, long start) {
        boolean confirmed = super.isConfirmed(confirmedStart, start);
        return count(NOT_CONFIRMED, !confirmed, confirmed);
    }

    @Override
    boolean hasCaughtUp(long onDisk, long highWatermark) {
        boolean has = super.hasCaughtUp(onDisk, highWatermark);
        return count(BEHIND_YET, !has, has);
    }

    @Override
    long startsCountBelow(long highWatermark, long end) {
        return count(NOT_COMMITTED, highWatermark < end, super.startsCountBelow(highWatermark, end));
    }

    @Override
    long mayStartAt(long quorumsSnapshots, int voters) {
        return count(NO_SNAPSHOT, voters > 1, super.mayStartAt(quorumsSnapshots, voters));
    }

    @Override
    boolean hasToBeginAnew(long compared, long leadersStart, long ownStart) {
        boolean anew = super.hasToBeginAnew(compared, leadersStart, ownStart);
        return count(ANEW, anew, anew);
    }

    @Override
    boolean maySendSnapshot(long asOf, long logStart) {
        boolean may = super.maySendSnapshot(asOf, logStart);
        return count(TOO_OLD, !may, may);
    }

    @Override
    long onDiskBeforeReset(long start) {
        return count(NOT_RESET, true, super.onDiskBeforeReset(start));
    }

    @Override
    long onDisk(long forced, long firstNotWritten) {
        return count(NOT_WRITTEN, firstNotWritten < forced, super.onDisk(forced, firstNotWritten));
    }

    @Override
    long takenBackTo(long base, long end) {
        return count(TAKEN_BACK, base < end, super.takenBackTo(base, end));
    }

    @Override
    boolean isTakenBack(long endOffset, long logEnd) {
        boolean takenBack = super.isTakenBack(endOffset, logEnd);
        return count(REFUSED, takenBack, takenBack);
    }

    /** Counted by the decision that comes of it. */
    @Override
    boolean defers(int reports, int quorum) {
        return super.defers(reports, quorum);
    }

    @Override
    boolean confirmsRead(int answers, int quorum) {
        boolean confirms = super.confirmsRead(answers, quorum);
        return count(ALONE, !confirms, confirms);
    }

    @Override
    VoterHistory afterRestart(VoterHistory stored) {
        return count(VOTERS_STAY, stored.newest().configVersion() > 0, super.afterRestart(stored));
    }

    @Override
    Voters inEffect(VoterHistory voters, long highWatermark) {
        Voters newest = super.inEffect(voters, highWatermark);
        return count(AT_ONCE, !voters.at(highWatermark).equals(newest), newest);
    }

    /** Counted where it takes any with it. */
    @Override
    long votersKept(long cutAt) {
        return count(CUT_OFF, true, super.votersKept(cutAt));
    }

    @Override
    Voters electing(Voters own, Voters winners) {
        return count(WINNERS, !own.equals(winners), super.electing(own, winners));
    }

    @Override
    boolean countsPromise(Voters voters, ReplicaId from) {
        boolean counts = super.countsPromise(voters, from);
        return count(STRANGER, !counts, counts);
    }

    @Override
    boolean countsAnswer(Voters voters, ReplicaId from, boolean learner) {
        boolean counts = super.countsAnswer(voters, from, learner);
        return count(LEARNS, learner && !counts, counts);
    }

    @Override
    boolean countsItself(Voters voters, ReplicaId leader) {
        boolean counts = super.countsItself(voters, leader);
        return count(REMOVED, !counts, counts);
    }

    @Override
    boolean mayChangeVoters(boolean lastIsCommitted, boolean epochIsCommitted) {
        count(ONE_BY_ONE, !lastIsCommitted, lastIsCommitted);
        return count(OWN_EPOCH, !epochIsCommitted, super.mayChangeVoters(lastIsCommitted, epochIsCommitted));
    }
}
