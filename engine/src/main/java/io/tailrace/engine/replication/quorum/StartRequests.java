package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.ControlRecords;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a leader does when its partition wants the log to begin later: an entry at the log's end says so, and when that is committed
 * and the own start has moved, it is answered (rule 16). One at a time. What is announced already, by this leader or one before
 * that had no room to make the move, is not said again.
 */
final class StartRequests {
    private final QuorumReplica replica;
    private final int epoch;
    private @Nullable Request underWay;

    private record Request(long token, long newStart) {}

    StartRequests(QuorumReplica replica, int epoch) {
        this.replica = replica;
        this.epoch = epoch;
    }

    /** Whether there is more in the log for followers now. */
    boolean moveStart(long token, long newStart) {
        ErrorCode refusal = refusal(newStart);
        if (refusal != null) {
            replica.out().decide(new Output.StartRefused(token, refusal));
            return false;
        }
        underWay = new Request(token, newStart);
        boolean says = replica.log().outline().announcedBelow(Long.MAX_VALUE) < newStart;
        if (says) {
            announce(newStart);
        } else {
            replica.starts().tryAgain();
        }
        advance();
        return says;
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

    private void announce(long newStart) {
        long at = replica.log().outline().end();
        replica.log()
                .appendForced(List.of(new PlacedBatch(
                        ControlRecords.logStart(at, epoch, replica.clockMillis(), newStart), at, epoch, -1)));
    }

    /** Answers, if the start has moved far enough. */
    void advance() {
        Request request = underWay;
        long start = replica.log().outline().start();
        if (request != null && start >= request.newStart) {
            underWay = null;
            replica.out().decide(new Output.StartMoved(request.token, start));
        }
    }

    /** The own disk has no room to say it, or to make the move: it may be asked for again. */
    void noRoom() {
        Request request = underWay;
        boolean said = request != null && replica.log().outline().announcedBelow(Long.MAX_VALUE) >= request.newStart;
        if (request != null && (!said || replica.starts().foundNoRoom())) {
            underWay = null;
            replica.out().decide(new Output.StartRefused(request.token, ErrorCode.DISK_FULL));
        }
    }

    /** Leading is over: what has been said may be committed, some day. */
    void end() {
        if (underWay != null) {
            replica.out().decide(new Output.StartUnknown(underWay.token));
            underWay = null;
        }
    }
}
