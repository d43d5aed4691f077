package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.TailraceException;
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
    private long moveId = NONE;
    private long movingTo;
    /** Where the start could not move to for lack of room; it is tried again when there is more to move. */
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
        if (moveId == NONE && wanted > replica.log().outline().start() && wanted > noRoomFor) {
            movingTo = wanted;
            moveId = replica.out().io(id -> new Output.AdvanceStart(id, wanted));
        }
    }

    /** Whether all moves are made that are due, or have to wait for room on the disk. */
    boolean areSettled() {
        long wanted = wanted();
        return wanted <= replica.log().outline().start() || wanted <= noRoomFor;
    }

    /** Makes the move again that found no room. */
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
