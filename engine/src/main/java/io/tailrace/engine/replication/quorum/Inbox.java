package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PreVoteReply;
import io.tailrace.engine.replication.quorum.Message.PreVoteRequest;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import io.tailrace.engine.replication.quorum.Message.SnapshotReply;
import io.tailrace.engine.replication.quorum.Message.SnapshotRequest;
import java.util.List;

/**
 * Gives what comes to whom it concerns: a message to whoever answers it or has asked, if it is of an epoch that still counts; an I/O
 * that is done to who wanted it; all else to the role.
 */
final class Inbox {
    private final QuorumReplica replica;
    private final Voting voting;
    private final CopySource copySource;
    private int highestEpochSeen;

    Inbox(QuorumReplica replica, Voting voting) {
        this.replica = replica;
        this.voting = voting;
        this.copySource = new CopySource(replica, voting);
    }

    /** The highest epoch that anybody has said to have promised. */
    int highestEpochSeen() {
        return highestEpochSeen;
    }

    void take(Input input) {
        if (input instanceof Input.Received received) {
            received(received.from(), received.message());
        } else if (input instanceof Input.TimerFired timer) {
            if (replica.out().isDue(timer.kind(), timer.id())) {
                replica.role().timerFired(timer.kind());
            }
        } else if (input instanceof Input.Nominated nomination) {
            replica.nominated(nomination);
        } else if (input instanceof Input.NominatedAnew anew) {
            replica.nominatedAnew(anew.words());
        } else if (input instanceof Input.Append append) {
            replica.role().append(append);
        } else if (input instanceof Input.MoveStart move) {
            replica.role().moveStart(move);
        } else if (input instanceof Input.CheckedRead read) {
            replica.role().checkedRead(read.token());
        } else if (input instanceof Input.ChangeVoters change) {
            replica.role().changeVoters(change);
        } else if (input instanceof Input.UncleanRecovery unclean) {
            replica.abstention().endUncleanly(unclean.token());
        } else {
            fromDisk(input);
        }
    }

    // --- messages ----------------------------------------------------------------------------------------------------

    void received(ReplicaId from, Message message) {
        if (message instanceof PreVoteRequest request) {
            voting.preVote(from, request);
        } else if (message instanceof PromiseRequest request) {
            voting.request(from, request);
        } else if (message instanceof AppendRequest request) {
            appendRequest(from, request);
        } else if (message instanceof CopyRequest request) {
            copySource.request(from, request);
        } else if (message instanceof SnapshotRequest request) {
            replica.snapshots().request(from, request);
        } else if (message instanceof Message.Reply reply) {
            reply(from, reply);
        }
    }

    private void appendRequest(ReplicaId from, AppendRequest request) {
        if (replica.rules().isOver(request.epoch(), voting.promise())) {
            replica.out().send(from, refusal(request));
            return;
        }
        if (request.epoch() > voting.promise().epoch()) {
            // The promise steps up, and is on the disk before the append is looked at.
            voting.promise(request);
            replica.follow(from, "epoch " + request.epoch() + " is led by " + from);
        } else if (replica.role() instanceof Candidate) {
            replica.follow(from, "epoch " + request.epoch() + " is led by " + from);
        }
        Follower following = replica.role().following();
        if (following != null) {
            following.append(from, request);
        } else {
            replica.halt(from + " leads epoch " + request.epoch() + ", of which " + replica.self() + " is "
                    + replica.roleName());
        }
    }

    private AppendReply refusal(AppendRequest request) {
        return new AppendReply(
                request.epoch(),
                voting.promise().epoch(),
                Outcome.REFUSED,
                request.round(),
                replica.log().outline().endOf(LogOutline.NO_EPOCH),
                0,
                0,
                0,
                replica.abstention().start());
    }

    /** What answers a question of an earlier epoch is nobody's any more, but for the epoch that it tells of. */
    private void reply(ReplicaId from, Message.Reply reply) {
        highestEpochSeen = Math.max(highestEpochSeen, reply.promisedEpoch());
        if (reply instanceof SnapshotReply snapshotReply && reply.epoch() == replica.role().epoch) {
            replica.role().snapshotReply(from, snapshotReply);
        }
        if (!replica.role().isNominee()) {
            return;
        }
        if (reply.promisedEpoch() > replica.role().epoch) {
            replica.role().refused(reply.promisedEpoch());
        }
        if (reply.epoch() != replica.role().epoch || !replica.role().isNominee()) {
            return;
        }
        if (reply instanceof PreVoteReply preVoteReply) {
            replica.role().preVoteReply(from, preVoteReply);
        } else if (reply instanceof PromiseReply promiseReply) {
            replica.role().promiseReply(from, promiseReply);
        } else if (reply instanceof CopyReply copyReply) {
            replica.role().copyReply(from, copyReply);
        } else if (reply instanceof AppendReply appendReply && appendReply.outcome() != Outcome.REFUSED) {
            replica.role().appendReply(from, appendReply);
        }
    }

    // --- the disk ----------------------------------------------------------------------------------------------------

    private void fromDisk(Input input) {
        if (input instanceof Input.IoDone done) {
            done(done.id());
        } else if (input instanceof Input.ReadDone done) {
            readDone(done.id(), done.batches(), done.tombstones());
        } else if (input instanceof Input.Located located) {
            replica.starts().located(located.id(), located.place());
        } else if (input instanceof Input.SnapshotRead read) {
            replica.snapshots().read(read.id(), read.part());
        } else if (input instanceof Input.SnapshotStored stored) {
            replica.snapshots().stored(stored.offset());
            replica.role().snapshotStored();
        } else if (input instanceof Input.Compacted compacted) {
            replica.log().compacted(compacted.settledBelow());
        } else if (input instanceof Input.NoRoom full) {
            noRoom(full.id());
        } else if (input instanceof Input.IoFailed failed) {
            replica.halt("The disk has failed: " + failed.why());
        } else if (input instanceof Input.Damaged damaged) {
            replica.damaged(damaged);
        }
    }

    private void done(long id) {
        if (replica.log().done(id)) {
            voting.answer();
            replica.role().logFlushed();
        } else if (voting.stored(id)) {
            voting.answer();
            replica.role().promiseStored();
        } else if (replica.starts().done(id)) {
            replica.role().startMoved();
        } else {
            replica.snapshots().resetDone(id);
            replica.abstention().ended(id);
        }
    }

    private void readDone(long id, List<RecordBatch> batches, Tombstones tombstones) {
        if (!copySource.readDone(id, batches, tombstones)) {
            replica.role().readDone(id, batches, tombstones);
        }
    }

    /** What was asked to be appended is taken back, or the start stays (rule 11). Nothing of it has left: what is sent is read from the log first. */
    private void noRoom(long id) {
        if (replica.log().takeBack(id)) {
            voting.answer();
            replica.role().takenBack();
        } else if (replica.starts().noRoom(id)) {
            replica.role().startFoundNoRoom();
        } else if (voting.takeBack(id)) {
            replica.noRoom("its promise");
        }
    }
}
