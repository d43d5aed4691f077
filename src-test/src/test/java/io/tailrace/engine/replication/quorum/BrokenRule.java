package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Promise;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Replicas that keep all rules but one: the simulation has to find out. */
public enum BrokenRule {
    /** Rule 4: the longest log wins, whatever its last epoch. */
    VOTE_BY_LENGTH(new Rules() {
        @Override
        int compare(LogPosition one, LogPosition other) {
            return Long.compare(one.endOffset(), other.endOffset());
        }
    }),
    /** Rule 4: the nominee leads with its own log, whatever others have. */
    COPY_NOTHING(new Rules() {
        @Override
        int compare(LogPosition one, LogPosition other) {
            return 0;
        }
    }),
    /** Rule 7: a follower cuts what lies behind the batches of every append, though they may come late. */
    CUT_BEHIND_EVERY_APPEND(new Rules() {
        @Override
        long cutFrom(long firstConflict, long endOfBatches) {
            return Math.min(firstConflict, endOfBatches);
        }
    }),
    /** Rule 7: a follower takes an append before its step up is on the disk. */
    FOLLOW_BEFORE_FSYNC(new Rules() {
        @Override
        boolean mayFollow(boolean promiseDurable) {
            return true;
        }
    }),
    /** Rule 9: the leader counts what it has not on its own disk. */
    LEADER_COUNTS_BEFORE_FSYNC(new Rules() {
        @Override
        long ownVote(long flushed, long end) {
            return end;
        }
    }),
    /** Rule 9: what has been written is acknowledged before it is on the disk. */
    ACKNOWLEDGE_BEFORE_FSYNC(new Rules() {
        @Override
        long acknowledged(long matched, long flushed) {
            return matched;
        }
    }),
    /** Rule 7: who begins to follow cuts its log at its high watermark, as Kafka did before KIP-101. */
    TRUNCATE_TO_THE_HIGH_WATERMARK(new Rules() {
        @Override
        long keptWhenFollowing(long end, long highWatermark) {
            return highWatermark;
        }
    }),
    /** Rule 7: entries at the same offset are taken for the same, whatever their epoch. */
    EPOCHS_NOT_COMPARED(new Rules() {
        @Override
        boolean isSame(int ownEpoch, int itsEpoch) {
            return true;
        }
    }),
    /** Rule 5: the leader serves before its epoch's barrier is committed. */
    SERVE_BEFORE_THE_BARRIER(new Rules() {
        @Override
        boolean mayServe(long highWatermark, long epochStart) {
            return true;
        }
    }),
    /** Rule 1: a promise is forgotten when the machine restarts. */
    FORGET_A_PROMISE(new Rules() {
        @Override
        Promise afterRestart(Promise stored) {
            return Promise.NONE;
        }
    }),
    /** Rule 1: a promise is given before it is on the disk. */
    PROMISE_BEFORE_FSYNC(new Rules() {
        @Override
        boolean mayReply(boolean promiseDurable, boolean logDurable) {
            return logDurable;
        }
    }),
    /** Rule 2: an epoch is promised to every incarnation that asks. */
    PROMISE_AN_EPOCH_TWICE(new Rules() {
        @Override
        boolean grants(Promise promised, Message.Request request) {
            return request.epoch() >= promised.epoch();
        }
    }),
    /** Rule 9: an entry of an older epoch counts as committed when a quorum has it. */
    COMMIT_AN_OLD_EPOCH(new Rules() {
        @Override
        boolean commits(long quorumHas, long epochStart) {
            return true;
        }
    }),
    /** Rule 9: a follower believes the leader's high watermark of what it has not compared. */
    HIGH_WATERMARK_BEYOND_THE_MATCH(new Rules() {
        @Override
        long followersHighWatermark(long leaders, long matched, long flushed) {
            return Math.min(leaders, flushed);
        }
    }),
    /** Rule 3: who has promised a higher epoch still takes appends of a lower one. */
    OLD_LEADERS_NOT_REFUSED(new Rules() {
        @Override
        boolean isOver(int epoch, Promise promised) {
            return false;
        }
    }),
    /** Rule 14: who has lost what it acknowledged votes all the same, as if a torn tail had been cut. */
    VOTE_WITHOUT_WHAT_WAS_LOST(new Rules() {
        @Override
        boolean mayVote(boolean abstains) {
            return true;
        }
    }),
    /** Rule 14: who abstains votes again after the first append of any leader. */
    ABSTAIN_UNTIL_THE_FIRST_APPEND(new Rules() {
        @Override
        boolean isConfirmed(long confirmedStart, long start) {
            return true;
        }

        @Override
        boolean hasCaughtUp(long onDisk, long highWatermark) {
            return true;
        }
    }),
    /** Rule 14: who abstains votes again when it has caught up, though the leader may count what an earlier start acknowledged. */
    ABSTAIN_UNTIL_CAUGHT_UP_WITH_ANYBODY(new Rules() {
        @Override
        boolean isConfirmed(long confirmedStart, long start) {
            return true;
        }
    }),
    /** Rule 14: a leader whose epoch is not open yet lets a follower vote again. */
    CONFIRM_BEFORE_THE_BARRIER(new Rules() {
        @Override
        boolean confirmsStart(boolean epochIsOpen) {
            return true;
        }
    }),
    /** Rule 14: a leader counts what an earlier start of a follower acknowledged when it hears of it late. */
    COUNT_LATE_ANSWERS(new Rules() {
        @Override
        boolean isLate(long start, long newestStart) {
            return false;
        }
    }),
    /** Rule 14: a leader goes on counting what an earlier start of a follower acknowledged. */
    COUNT_EARLIER_STARTS(new Rules() {
        @Override
        boolean countsEarlierStarts() {
            return true;
        }
    }),
    /** Rule 13: bytes are taken without a look at their checksum; what the sender's disk gave is another matter. */
    TAKE_WHAT_COMES(new Rules() {
        @Override
        boolean isWhole(RecordBatch batch) {
            return true;
        }
    }),
    /** Decision 41: a log is continued from any other, whatever tombstones are gone there that it would need. */
    CONTINUE_WITHOUT_THE_TOMBSTONES(new Rules() {
        @Override
        boolean mayContinue(Tombstones own, long offset, Tombstones source) {
            return true;
        }
    }),
    /** Rules 9 and 11: what was forced counts though nobody knows yet whether it was written at all. */
    FORCED_BUT_NOT_WRITTEN(new Rules() {
        @Override
        long onDisk(long forced, long firstNotWritten) {
            return forced;
        }
    }),
    /** Rule 11: an append that found no room stays where it would be. */
    OUTLINE_NOT_TAKEN_BACK(new Rules() {
        @Override
        long takenBackTo(long base, long end) {
            return end;
        }
    }),
    /** Rule 11: a leader waits on for an append that found no room, and takes what comes there later for it. */
    PENDING_NOT_TAKEN_BACK(new Rules() {
        @Override
        boolean isTakenBack(long endOffset, long logEnd) {
            return false;
        }
    }),
    /** No rule: a nominee leaves no leader alone. */
    DEFER_TO_NOBODY(new Rules() {
        @Override
        boolean defers(int reports, int quorum) {
            return false;
        }
    }),
    /** Rule 6: a leader confirms a read without asking. */
    READ_WITHOUT_A_QUORUM(new Rules() {
        @Override
        boolean confirmsRead(int answers, int quorum) {
            return true;
        }
    }),
    /** Rule 16: the log's start moves as soon as an entry says so, committed or not. */
    START_MOVES_BEFORE_IT_IS_COMMITTED(new Rules() {
        @Override
        long startsCountBelow(long highWatermark, long end) {
            return end;
        }
    }),
    /** Rule 16: the log's start moves beyond the snapshots that a quorum has. */
    START_BEYOND_THE_SNAPSHOTS(new Rules() {
        @Override
        long mayStartAt(long quorumsSnapshots, int voters) {
            return Long.MAX_VALUE;
        }
    }),
    /** Rule 16: a log begins anew wherever it parts from the leader's. */
    BEGIN_ANEW_WHEREVER_LOGS_PART(new Rules() {
        @Override
        boolean hasToBeginAnew(long compared, long leadersStart, long ownStart) {
            return true;
        }
    }),
    /** Rule 16: a log that has to begin anew is sent a snapshot that does not reach to where it begins. */
    SNAPSHOT_BEHIND_THE_START(new Rules() {
        @Override
        boolean maySendSnapshot(long asOf, long logStart) {
            return asOf >= 0;
        }
    }),
    /** Rule 16: what a log is to begin with counts before it is on the disk. */
    RESET_COUNTS_BEFORE_IT_IS_DONE(new Rules() {
        @Override
        long onDiskBeforeReset(long start) {
            return start;
        }
    }),
    /** Rule 17: the next change begins before the last is committed. */
    TWO_CHANGES_AT_ONCE(new Rules() {
        @Override
        boolean mayChangeVoters(boolean lastIsCommitted, boolean epochIsCommitted) {
            return epochIsCommitted;
        }
    }),
    /** Rule 17: a change begins before an entry of its leader's epoch is committed (the bug of Raft's thesis, found in 2015). */
    CHANGE_BEFORE_THE_BARRIER(new Rules() {
        @Override
        boolean mayChangeVoters(boolean lastIsCommitted, boolean epochIsCommitted) {
            return lastIsCommitted;
        }
    }),
    /** Rule 17: a nominee counts a quorum of the voters by its own log, whoever's log wins. */
    VOTERS_OF_ANOTHER_LOG(new Rules() {
        @Override
        Voters electing(Voters own, Voters winners) {
            return own;
        }
    }),
    /** Rule 15: a nominee counts every promise, be it of a replica that does not vote. */
    STRANGERS_PROMISE(new Rules() {
        @Override
        boolean countsPromise(Voters voters, ReplicaId from) {
            return true;
        }
    }),
    /** Rule 17: a leader counts the learner that it brings up. */
    LEARNER_COUNTS(new Rules() {
        @Override
        boolean countsAnswer(Voters voters, ReplicaId from, boolean learner) {
            return learner || voters.contains(from);
        }
    }),
    /** Rule 17: a leader counts who is just being removed. */
    REMOVED_VOTER_COUNTS(new Rules() {
        @Override
        boolean countsAnswer(Voters voters, ReplicaId from, boolean learner) {
            return !learner;
        }
    }),
    /** Rule 17: a leader that removes itself counts itself for as long as it leads. */
    REMOVED_LEADER_COUNTS(new Rules() {
        @Override
        boolean countsItself(Voters voters, ReplicaId leader) {
            return true;
        }
    }),
    /** Rule 17: a configuration counts only once it is committed. */
    VOTERS_COUNT_ONCE_COMMITTED(new Rules() {
        @Override
        Voters inEffect(VoterHistory voters, long highWatermark) {
            return voters.at(highWatermark);
        }
    }),
    /** Rule 17: a configuration stays when its entry is cut off. */
    VOTERS_SURVIVE_A_CUT(new Rules() {
        @Override
        long votersKept(long cutAt) {
            return Long.MAX_VALUE;
        }
    }),
    /** Rule 17: after a restart a replica goes by the voters that it was created with. */
    FIRST_VOTERS_AFTER_A_RESTART(new Rules() {
        @Override
        VoterHistory afterRestart(VoterHistory stored) {
            return VoterHistory.of(stored.at(0));
        }
    });

    /** Without a field of its own. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Rules rules;

    BrokenRule(Rules rules) {
        this.rules = rules;
    }

    /** A replica with this rule broken; the parameters are those of {@link QuorumReplica}. */
    public QuorumReplica replica(
            ReplicaId self,
            QuorumSettings settings,
            QuorumReplica.Recovered recovered,
            InstantSource clock,
            Supplier<UUID> incarnations,
            Consumer<String> nobody) {
        return new QuorumReplica(self, settings, recovered, clock, incarnations, rules);
    }
}
