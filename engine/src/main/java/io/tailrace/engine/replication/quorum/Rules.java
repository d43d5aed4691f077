package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Promise;

/**
 * The decisions on which safety hangs, each in one method and with the number of its rule in log-safety.md. They stand apart so
 * that the simulation can break one at a time and has to find out; production knows this class only.
 */
class Rules {
    /** As they should be. */
    static final Rules SOUND = new Rules();

    /** Rules 1 and 14: what a voter goes by after a restart. */
    Promise afterRestart(Promise stored) {
        return stored;
    }

    /** Rule 2: a higher epoch, or the same to the same incarnation. */
    boolean grants(Promise promised, Message.Request request) {
        return request.epoch() > promised.epoch()
                || (request.epoch() == promised.epoch() && request.incarnation().equals(promised.to()));
    }

    /** Rule 1: whether a promise may be spoken of. */
    boolean mayReply(boolean promiseDurable, boolean logDurable) {
        return promiseDurable && logDurable;
    }

    /** Rules 1, 3 and 7: whether a request of that epoch comes too late. */
    boolean isOver(int epoch, Promise promised) {
        return epoch < promised.epoch();
    }

    /** Rule 4: which of two logs wins. */
    int compare(LogPosition one, LogPosition other) {
        return LogPosition.GREATER.compare(one, other);
    }

    /** Rule 5: whether the epoch has been opened, and its leader may serve. */
    boolean mayServe(long highWatermark, long epochStart) {
        return highWatermark > epochStart;
    }

    /** Rule 7: how much of its log a replica keeps when it begins to follow: all, whatever its high watermark. */
    long keptWhenFollowing(long end, long highWatermark) {
        return end;
    }

    /** Rule 7: whether an entry that is there already is the one that has come. */
    boolean isSame(int ownEpoch, int itsEpoch) {
        return ownEpoch == itsEpoch;
    }

    /** Rule 13: whether bytes that have come may be taken for the batch that they say they are. */
    boolean isWhole(RecordBatch batch) {
        return batch.checksumMatches();
    }

    /** Rule 7: from where on a log is cut: from the first conflict, or nowhere. What lies behind the batches may be the leader's. */
    long cutFrom(long firstConflict, long endOfBatches) {
        return firstConflict;
    }

    /** Rule 7: whether a follower may look at an append, or has to wait until it has stepped up on the disk. */
    boolean mayFollow(boolean promiseDurable) {
        return promiseDurable;
    }

    /** Rule 9: what the leader itself counts for. */
    long ownVote(long flushed, long end) {
        return flushed;
    }

    /** Rule 9: up to where a follower acknowledges. */
    long acknowledged(long matched, long flushed) {
        return Math.min(matched, flushed);
    }

    /** Rule 9: whether what a quorum has on its disks is committed: only if an entry of the current epoch is among it. */
    boolean commits(long quorumHas, long epochStart) {
        return quorumHas > epochStart;
    }

    /** Rule 9: a follower's high watermark. */
    long followersHighWatermark(long leaders, long matched, long flushed) {
        return Math.min(leaders, Math.min(matched, flushed));
    }

    /** Rules 10 and 14: whether a replica has a say in elections. */
    boolean mayVote(boolean abstains) {
        return !abstains;
    }

    /** Rule 14: whether what a follower has acknowledged still counts when it has been started again. */
    boolean countsEarlierStarts() {
        return false;
    }

    /** Rule 14: whether an answer is of a start of the follower that is over. */
    boolean isLate(long start, long newestStart) {
        return start < newestStart;
    }

    /** Rules 10 and 14: whether a leader tells a follower which of its starts it goes by: only when its epoch is open. */
    boolean confirmsStart(boolean epochIsOpen) {
        return epochIsOpen;
    }

    /** Rules 10 and 14: whether a leader goes by what this start has acknowledged. */
    boolean isConfirmed(long confirmedStart, long start) {
        return confirmedStart == start;
    }

    /** Rules 10 and 14: whether one that abstains has all that was committed when its start was confirmed. */
    boolean hasCaughtUp(long onDisk, long highWatermark) {
        return onDisk >= highWatermark;
    }

    /** Rule 16: entries below that offset move the log's start: what is committed. */
    long startsCountBelow(long highWatermark, long end) {
        return highWatermark;
    }

    /** Rule 16: up to where a leader may let the log begin: where the newest snapshots of a quorum reach. A sole voter's files stay. */
    long mayStartAt(long quorumsSnapshots, int voters) {
        return voters > 1 ? quorumsSnapshots : Long.MAX_VALUE;
    }

    /** Rule 16: whether a log parts from its leader's below where that begins, so that it has to begin anew. */
    boolean hasToBeginAnew(long compared, long leadersStart, long ownStart) {
        return compared == leadersStart && ownStart <= leadersStart;
    }

    /** Rule 16: whether a snapshot has all that a log does not that begins there. */
    boolean maySendSnapshot(long asOf, long logStart) {
        return asOf >= logStart;
    }

    /** Rule 16: how much is on the disk of a log that is to begin anew, before it has. */
    long onDiskBeforeReset(long start) {
        return 0;
    }

    /** Decision 41: whether a log may be continued from one where tombstones are gone: not if it may have what they deleted. */
    boolean mayContinue(Tombstones own, long offset, Tombstones source) {
        return own.mayBeContinued(offset, source);
    }

    /** Rules 9 and 11: up to where the log is on the disk. What was forced counts only below what is not known to be written. */
    long onDisk(long forced, long firstNotWritten) {
        return Math.min(forced, firstNotWritten);
    }

    /** Rule 11: where the log ends when an append behind that offset has found no room. */
    long takenBackTo(long base, long end) {
        return base;
    }

    /** Rule 11: whether a leader's append that ends there has been taken back, and is refused. */
    boolean isTakenBack(long endOffset, long logEnd) {
        return endOffset > logEnd;
    }

    /** No rule, since safety does not hang on it: whether a nominee leaves a leader alone of whom so many voters have heard lately. */
    boolean defers(int reports, int quorum) {
        return reports >= quorum;
    }

    /** Rule 6: whether so many answers to a round begun after the request allow a checked read. */
    boolean confirmsRead(int answers, int quorum) {
        return answers >= quorum;
    }

    /** Rules 15 and 17: the configurations that a replica goes by after a restart: all that its log has. */
    VoterHistory afterRestart(VoterHistory stored) {
        return stored;
    }

    /** Rule 17: who decides: by the newest entry that says so, committed or not. */
    Voters inEffect(VoterHistory voters, long highWatermark) {
        return voters.newest();
    }

    /** Rule 17: the configurations of entries from there on go with a log that is cut at that offset. */
    long votersKept(long cutAt) {
        return cutAt;
    }

    /** Rule 17: of whom a quorum has to promise: of the voters of the log that wins, whatever the nominee's own log says. */
    Voters electing(Voters own, Voters winners) {
        return winners;
    }

    /** Rules 15 and 17: whether a promise of that replica counts. */
    boolean countsPromise(Voters voters, ReplicaId from) {
        return voters.contains(from);
    }

    /** Rule 17: whether a leader counts what that replica has, or answers, or is itself. */
    boolean countsAnswer(Voters voters, ReplicaId from, boolean learner) {
        return voters.contains(from);
    }

    /** Rule 17: whether a leader's own disk and voice count. */
    boolean countsItself(Voters voters, ReplicaId leader) {
        return voters.contains(leader);
    }

    /** Rule 17: whether the next change may be appended: only if the last is committed, and an entry of this epoch. */
    boolean mayChangeVoters(boolean lastIsCommitted, boolean epochIsCommitted) {
        return lastIsCommitted && epochIsCommitted;
    }
}
