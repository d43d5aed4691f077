package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.replication.Promise;
import java.nio.ByteBuffer;
import java.util.List;

/** What a replica wants done, or has decided. */
public sealed interface Output {
    /** To be sent to another voter; it may get lost. */
    record Send(ReplicaId to, Message message) implements Output {}

    /** To be reported by {@link Input.TimerFired} after the time of its kind. */
    record SetTimer(TimerKind kind, long id) implements Output {}

    /**
     * Work for the disk, reported by {@link Input.IoDone}, {@link Input.ReadDone} or {@link Input.IoFailed}. The log's writes
     * and reads take effect in the order in which they were asked for. A flush covers at least the writes asked for before it.
     * Promises take effect in their order. Reports may come in any order. Only for lack of room may an append to the log, a
     * move of its start or a promise fail and the replica go on: with {@link Input.NoRoom}.
     */
    sealed interface Io extends Output {
        /** Names it in the report. */
        long id();
    }

    /**
     * Append to the log. A first batch that moves the log's start to itself begins a segment, so that the one before can go.
     *
     * @param tombstones of the log that the batches come from, to be known durably before they are there
     */
    record AppendToLog(long id, List<PlacedBatch> batches, Tombstones tombstones) implements Io {
        /** Of batches that are the leader's own. */
        public AppendToLog(long id, List<PlacedBatch> batches) {
            this(id, batches, Tombstones.NONE);
        }
    }

    /**
     * Remember that the log cannot be continued, and what was acknowledged of it may be missing therefore; reported by
     * {@link Input.Damaged}, after which a start puts it away.
     */
    record GiveUp(long id) implements Io {}

    /**
     * Let the log begin there, durably and then for every reader, all written before being on the disk first. The offset is not
     * above the log's end; it may lie inside of a batch.
     */
    record AdvanceStart(long id, long offset) implements Io {}

    /** Find the last place between two batches that is not behind that offset; reported by {@link Input.Located}. */
    record Locate(long id, long offset) implements Io {}

    /**
     * Store the snapshot and who votes, then give up all of the log and let it begin anew at that place, durably all: a crash
     * leaves the old log or the new beginning.
     *
     * @param snapshotOffset what the snapshot is as of
     */
    record Reset(long id, LogPlace place, Voters voters, long snapshotOffset, ByteBuffer snapshot) implements Io {}

    /** Read some of a snapshot, of the newest one with offset -1; reported by {@link Input.SnapshotRead}. */
    record ReadSnapshot(long id, long offset, int position, int maxBytes) implements Io {}

    /** Cut the log there; a batch begins at that offset. */
    record Truncate(long id, long offset) implements Io {}

    /** Get onto the disk what was written before: appends and truncations. */
    record Flush(long id) implements Io {}

    /** Store the promise durably. */
    record StorePromise(long id, Promise promise) implements Io {}

    /** The replica abstains no longer; durable when it is reported. */
    record EndAbstention(long id) implements Io {}

    /** Read whole batches from that offset on, below the limit. */
    record Read(long id, long offset, long limitOffset, int maxBytes) implements Io {}

    /** What others wait to hear. */
    sealed interface Decision extends Output {}

    /** This replica leads, and its log is complete: the partition may read it, and append. */
    record Leading(int epoch, long highWatermark) implements Decision {}

    /**
     * The nomination is over, whether it had come to leading or not; whatever was in flight has been answered before.
     *
     * @param code DISK_FULL: it may be nominated again when there is room; FENCED: another attempt, or no quorum;
     *     PARTITION_UNAVAILABLE: it may not stand; IO_FAILED or CORRUPT_LOG: it has stopped
     */
    record NominationOver(int epoch, ErrorCode code, String why) implements Decision {}

    /** A leader lives and a quorum hears it, so this replica has not asked for a promise; {@link NominationOver} follows. */
    record NominationDeferred(ReplicaId leader, int epoch) implements Decision {}

    /**
     * This replica's log is too far behind, so it has not asked for a promise; {@link NominationOver} follows.
     *
     * @param best who should be nominated instead
     * @param offsets how far it is behind
     */
    record NominationDeclined(ReplicaId best, long offsets) implements Decision {}

    /** The append is committed; the offset after its last record. */
    record Appended(long token, long endOffset) implements Decision {}

    /** The append has not been stored, and will not be: DISK_FULL if its disk had no room for it. */
    record AppendRefused(long token, ErrorCode code) implements Decision {}

    /** Leading ended before the append was committed: it may be, some day. */
    record AppendUnknown(long token) implements Decision {}

    /** The log begins at that offset, or later than was asked for, here; elsewhere as soon as it is known there. */
    record StartMoved(long token, long startOffset) implements Decision {}

    /**
     * The log's start has not moved: DISK_FULL if there was no room to say it or to make the move, OFFSET_OUT_OF_RANGE above the
     * high watermark, PARTITION_BUSY while another move is under way, FENCED or PARTITION_UNAVAILABLE where nobody leads.
     */
    record StartRefused(long token, ErrorCode code) implements Decision {}

    /** Leading ended before the start had moved: it may, some day. */
    record StartUnknown(long token) implements Decision {}

    /**
     * A snapshot as of that offset or a later one, at most the high watermark, would let the log's start move, or another replica's log
     * begin anew. Said again as long as it is wanted; {@link Input.SnapshotStored} answers it.
     */
    record SnapshotWanted(long offset) implements Decision {}

    /** Everything that was acknowledged before the read was asked for lies below this committed offset. */
    record ReadConfirmed(long token, long highWatermark) implements Decision {}

    /** Not known here: ask whoever leads. */
    record ReadRefused(long token) implements Decision {}

    /** The change of the voters is committed: these decide now. */
    record VotersChanged(long token, Voters voters) implements Decision {}

    /** The learner has all that the leader had a moment ago, and goes on learning. */
    record LearnerCaughtUp(long token) implements Decision {}

    /**
     * The voters have not been changed by this, and will not be.
     *
     * @param code PARTITION_BUSY while another change is under way, PARTITION_UNAVAILABLE if it would leave no quorum of replicas that
     *     have been heard lately, LIMIT_EXCEEDED for a learner that does not catch up and for too many voters, INVALID_ARGUMENT if it is
     *     so already or leaves nobody, DISK_FULL, FENCED where nobody leads
     */
    record VotersRefused(long token, ErrorCode code, String why) implements Decision {}

    /** Leading ended before the change was committed: it may be, some day. */
    record VotersUnknown(long token) implements Decision {}

    /** The committed offset, as this replica knows it, has moved. */
    record HighWatermarkMoved(long highWatermark) implements Decision {}

    /** The replica has again all that it may have lost, and votes. */
    record AbstentionOver(LogPosition position) implements Decision {}

    /**
     * The operator's wish is done: the replica votes, though what it had acknowledged beyond this position may be lost. An event to
     * be kept for an audit.
     */
    record UncleanlyRecovered(long token, LogPosition position, long highWatermark) implements Decision {}

    /** There was nothing to give up. */
    record UncleanRecoveryRefused(long token, String why) implements Decision {}

    /**
     * A message was of no use: bytes that are damaged or do not follow, not from a voter, or asking for the vote of a replica that
     * abstains. For the log file and a counter.
     */
    record Ignored(ReplicaId from, String why) implements Decision {}

    /** The log is damaged at that offset or behind it. The replica has stopped: start it again, so that it is repaired. */
    record RepairNeeded(long offset, String what) implements Decision {}

    /** Something that the rules exclude has been seen; the replica has stopped, so as to do no more harm. */
    record Alarm(String what) implements Decision {}
}
