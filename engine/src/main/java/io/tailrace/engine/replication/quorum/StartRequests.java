package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.ControlRecords;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a leader does when its partition wants the log to begin later (rule 16). If a quorum's snapshots do not reach there yet, they
 * are wanted first. Then an entry at the log's end says so, and when that is committed and the own start has moved, it is answered. One
 * at a time. What is announced already, by this leader or one before that had no room to make the move, is not said again.
 */
final class StartRequests {
    private final QuorumReplica replica;
    private final Replication replication;
    private @Nullable Request underWay;
    /** Whether this leader has said it. */
    private boolean said;

    private record Request(long token, long newStart) {}

    StartRequests(QuorumReplica replica, Replication replication) {
        this.replica = replica;
        this.replication = replication;
    }

    void moveStart(long token, long newStart) {
        ErrorCode refusal = refusal(newStart);
        if (refusal != null) {
            replica.out().decide(new Output.StartRefused(token, refusal));
            return;
        }
        underWay = new Request(token, newStart);
        said = false;
        if (isAnnounced(newStart)) {
            replica.starts().tryAgain();
        } else if (!maySay(newStart)) {
            replication.wantSnapshots(newStart);
        }
        advance();
    }

    private @Nullable ErrorCode refusal(long newStart) {
        if (newStart < 0) {
            return ErrorCode.INVALID_ARGUMENT;
        }
        if (newStart > replica.highWatermark()) {
            return ErrorCode.OFFSET_OUT_OF_RANGE;
        }
        return underWay == null ? null : ErrorCode.PARTITION_BUSY;
    }

    private boolean isAnnounced(long newStart) {
        return replica.log().outline().announcedBelow(Long.MAX_VALUE) >= newStart;
    }

    private boolean maySay(long newStart) {
        int voters = replica.voters().ids().size();
        return newStart <= replica.rules().mayStartAt(replication.quorumsSnapshots(), voters);
    }

    /** Says it as soon as it may be said, and answers if the start has moved far enough. */
    void advance() {
        Request request = underWay;
        if (request == null) {
            return;
        }
        if (!said && !isAnnounced(request.newStart) && maySay(request.newStart)) {
            said = true;
            announce(request.newStart);
        }
        long start = replica.log().outline().start();
        if (start >= request.newStart) {
            over();
            replica.out().decide(new Output.StartMoved(request.token, start));
        }
    }

    private void announce(long newStart) {
        long at = replica.log().outline().end();
        int epoch = replication.epoch();
        replica.log()
                .appendForced(List.of(new PlacedBatch(
                        ControlRecords.logStart(at, epoch, replica.clockMillis(), newStart), at, epoch, -1)));
        replication.sendNew();
    }

    /** The own disk has no room to say it, or to make the move: it may be asked for again. */
    void noRoom() {
        Request request = underWay;
        if (request == null) {
            return;
        }
        boolean takenBack = said && !isAnnounced(request.newStart);
        if (takenBack || replica.starts().foundNoRoom()) {
            over();
            replica.out().decide(new Output.StartRefused(request.token, ErrorCode.DISK_FULL));
        }
    }

    private void over() {
        underWay = null;
        replication.wantSnapshots(0);
    }

    /** Leading is over: what has been said may be committed, some day. */
    void end() {
        if (underWay != null) {
            replica.out().decide(new Output.StartUnknown(underWay.token));
            underWay = null;
        }
    }
}
