package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;

/**
 * Moves the own log's start as far as committed entries say (rule 16). Each replica does so when its own high watermark has passed
 * such an entry; the start is on the disk before it is visible, and never goes back. One move at a time.
 */
final class LogStarts {
    private static final long NONE = -1;

    private final QuorumReplica replica;
    private long locateId = NONE;
    private long moveId = NONE;
    private long movingTo;
    /** Where the start could not move to for lack of room; until it is tried again it counts as made. */
    private long noRoomFor = NONE;

    LogStarts(QuorumReplica replica) {
        this.replica = replica;
    }

    /** Whether the batch moves the start to itself. */
    static boolean letsAllGo(PlacedBatch placed) {
        RecordBatch batch = placed.batch();
        return batch.isControl()
                && ControlRecords.isLogStart(batch)
                && ControlRecords.logStartOf(batch) == placed.baseOffset();
    }

    /** Whether what the batch, which has come from another replica, says about the start can be understood and followed. */
    static boolean isSound(RecordBatch batch) {
        try {
            return !batch.isControl()
                    || !ControlRecords.isLogStart(batch)
                    || ControlRecords.logStartOf(batch) <= batch.baseOffset();
        } catch (TailraceException e) {
            return false;
        }
    }

    /** Where committed entries say that the log begins. */
    private long wanted() {
        LogOutline outline = replica.log().outline();
        return outline.announcedBelow(replica.rules().startsCountBelow(replica.highWatermark(), outline.end()));
    }

    /** Begins the move that is due, if one is. */
    void advance() {
        long wanted = wanted();
        boolean moving = locateId != NONE || moveId != NONE;
        if (!moving && wanted > replica.log().outline().start() && wanted > noRoomFor) {
            movingTo = wanted;
            locateId = replica.out().io(id -> new Output.Locate(id, wanted));
        }
    }

    /** It is known at which batch other replicas are to be served from now on: reads asked for later come behind the move. */
    void located(long id, LogPlace place) {
        if (id == locateId) {
            locateId = NONE;
            replica.log().outline().startMoving(place);
            moveId = replica.out().io(move -> new Output.AdvanceStart(move, movingTo));
        }
    }

    /** The log begins anew: a move under way is none any more. */
    void forget() {
        locateId = NONE;
        moveId = NONE;
        noRoomFor = NONE;
    }

    /** Whether all moves are made that are due, or have to wait for room on the disk. */
    boolean areSettled() {
        long wanted = wanted();
        return wanted <= replica.log().outline().start() || wanted <= noRoomFor;
    }

    /** Makes the move again that found no room, now and then: nobody tells when there is some. */
    void tryAgain() {
        noRoomFor = NONE;
        advance();
    }

    boolean foundNoRoom() {
        return noRoomFor != NONE;
    }

    /** Whether that was the move under way. */
    boolean done(long id) {
        if (id != moveId) {
            return false;
        }
        moveId = NONE;
        noRoomFor = NONE;
        replica.log().outline().startMoved(movingTo);
        return true;
    }

    /** Whether that was the move under way, for which there was no room. */
    boolean noRoom(long id) {
        if (id != moveId) {
            return false;
        }
        moveId = NONE;
        noRoomFor = movingTo;
        return true;
    }
}
