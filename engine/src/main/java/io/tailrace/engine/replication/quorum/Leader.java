package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Appends for its partition, answers when a quorum has it, and confirms reads by asking a quorum (rules 6 and 9). */
final class Leader extends Role {
    private final Replication replication;
    private final Deque<PendingAppend> appends = new ArrayDeque<>();
    private final Deque<PendingRead> reads = new ArrayDeque<>();
    private final StartRequests starts;

    private long pendingBytes;

    private record PendingAppend(long token, long endOffset, long bytes) {}

    private record PendingRead(long token, long round) {}

    Leader(QuorumReplica replica, Replication replication) {
        super(replica, replication.epoch());
        this.replication = replication;
        this.starts = new StartRequests(replica, replication);
    }

    @Override
    boolean isNominee() {
        return true;
    }

    @Override
    ReplicaId liveLeader() {
        return replica.self();
    }

    @Override
    void entered() {
        replication.opened();
        replication.begin();
        replica.out().decide(new Output.Leading(epoch, replica.highWatermark()));
        replication.membership().advance();
    }

    @Override
    void changeVoters(Input.ChangeVoters change) {
        replication.membership().change(change);
    }

    @Override
    void left() {
        appends.forEach(append -> replica.out().decide(new Output.AppendUnknown(append.token())));
        reads.forEach(read -> replica.out().decide(new Output.ReadRefused(read.token())));
        replication.membership().ended();
        starts.end();
    }

    @Override
    void append(Input.Append append) {
        ErrorCode refusal = refusal(append);
        if (refusal != null) {
            replica.out().decide(new Output.AppendRefused(append.token(), refusal));
            return;
        }
        replica.log().append(append.batches());
        long bytes = bytes(append);
        appends.add(new PendingAppend(append.token(), replica.log().outline().end(), bytes));
        pendingBytes += bytes;
        replication.sendNew();
    }

    private @Nullable ErrorCode refusal(Input.Append append) {
        if (append.epoch() != epoch) {
            return ErrorCode.FENCED;
        }
        boolean tooMany = appends.size() >= replica.settings().maxPendingAppends();
        boolean tooMuch = pendingBytes + bytes(append) > replica.settings().maxPendingBytes();
        if (tooMany || (tooMuch && !appends.isEmpty())) {
            return ErrorCode.PARTITION_BUSY;
        }
        long end = replica.log().outline().end();
        for (PlacedBatch batch : append.batches()) {
            if (batch.baseOffset() != end || batch.leaderEpoch() != epoch) {
                return ErrorCode.INVALID_ARGUMENT;
            }
            end = batch.nextOffset();
        }
        return append.batches().isEmpty() ? ErrorCode.INVALID_ARGUMENT : null;
    }

    private static long bytes(Input.Append append) {
        long bytes = 0;
        for (PlacedBatch batch : append.batches()) {
            bytes += batch.batch().sizeInBytes();
        }
        return bytes;
    }

    /** Goes on leading: what no longer has a place in the log has never left, and is answered; whoever wants may try again. */
    @Override
    void takenBack() {
        long end = replica.log().outline().end();
        while (!appends.isEmpty()
                && replica.rules().isTakenBack(appends.getLast().endOffset(), end)) {
            PendingAppend refused = appends.removeLast();
            pendingBytes -= refused.bytes();
            replica.out().decide(new Output.AppendRefused(refused.token(), ErrorCode.DISK_FULL));
        }
        replication.membership().takenBack();
        starts.noRoom();
    }

    @Override
    void moveStart(Input.MoveStart move) {
        starts.moveStart(move.token(), move.newStart());
    }

    @Override
    void snapshotStored() {
        starts.advance();
    }

    @Override
    void startMoved() {
        starts.advance();
    }

    @Override
    void startFoundNoRoom() {
        replication.startFoundNoRoom();
        starts.noRoom();
    }

    @Override
    void checkedRead(long token) {
        if (reads.size() >= replica.settings().maxPendingReads()) {
            replica.out().decide(new Output.ReadRefused(token));
            return;
        }
        reads.add(new PendingRead(token, replication.beginRound()));
        confirm();
    }

    private void advance() {
        replication.advance();
        while (!appends.isEmpty() && appends.element().endOffset() <= replica.highWatermark()) {
            PendingAppend done = appends.remove();
            pendingBytes -= done.bytes();
            replica.out().decide(new Output.Appended(done.token(), done.endOffset()));
        }
        confirm();
        replication.membership().advance();
    }

    private void confirm() {
        int quorum = replica.voters().quorum();
        while (!reads.isEmpty()
                && replica.rules()
                        .confirmsRead(replication.answersTo(reads.element().round()), quorum)) {
            replica.out().decide(new Output.ReadConfirmed(reads.remove().token(), replica.highWatermark()));
        }
    }

    @Override
    Set<ReplicaId> liveReplicas() {
        return replication.live();
    }

    @Override
    Map<ReplicaId, Long> replicaEnds() {
        return replication.replicaEnds();
    }

    @Override
    void timerFired(TimerKind kind) {
        replication.timerFired(kind);
    }

    @Override
    void refused(int higherEpoch) {
        replica.follow(null, "epoch " + higherEpoch + " has been promised");
    }

    @Override
    void appendReply(ReplicaId from, Message.AppendReply reply) {
        replication.answered(from, reply);
        advance();
        starts.advance();
    }

    @Override
    void readDone(long id, List<RecordBatch> batches, Tombstones tombstones) {
        replication.readDone(id, batches, tombstones);
    }

    @Override
    long tombstonesMayGoBelow() {
        return replication.tombstonesMayGoBelow();
    }

    @Override
    void logFlushed() {
        advance();
    }
}
