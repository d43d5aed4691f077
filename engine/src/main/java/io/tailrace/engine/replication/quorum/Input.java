package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;

/** What happens to a replica; each is handled by one {@link QuorumReplica#step}. */
public sealed interface Input {
    /** A message has come from another voter. */
    record Received(ReplicaId from, Message message) implements Input {}

    /** A timer that an {@link Output.SetTimer} asked for. */
    record TimerFired(TimerKind kind, long id) implements Input {}

    /** An {@link Output.Io} other than a read has been done. */
    record IoDone(long id) implements Input {}

    /** An {@link Output.Read} has been done; empty if there was nothing at that offset. */
    record ReadDone(long id, List<RecordBatch> batches) implements Input {
        /** Takes a copy of the list. */
        public ReadDone {
            batches = List.copyOf(batches);
        }
    }

    /**
     * An {@link Output.AppendToLog} found no room: nothing of it was stored, nor will anything be of those that were asked for behind
     * it, which are reported so too (rule 11). Where the log ends now it may be appended to again. Or an
     * {@link Output.AdvanceStart} found none, and nothing has changed.
     */
    record NoRoom(long id) implements Input {}

    /** An {@link Output.Io} has failed in another way: nobody knows what is on the disk, and the replica stops (rule 11). */
    record IoFailed(long id, String why) implements Input {}

    /**
     * Bytes of the log were met that are damaged, at that offset or behind it; that is remembered on the disk. The replica stops, and
     * is to be started again, which repairs.
     */
    record Damaged(long offset, String what) implements Input {}

    /** Somebody thinks that this replica should lead. It is a wish: the voters decide. */
    record Nominated() implements Input {}

    /**
     * The partition appends in the epoch in which it believes to lead. Answered by {@link Output.Appended},
     * {@link Output.AppendRefused} or {@link Output.AppendUnknown}, never twice.
     *
     * @param token names it in the answer
     * @param batches placed behind the log's end
     */
    record Append(long token, int epoch, List<PlacedBatch> batches) implements Input {
        /** Takes a copy of the list. */
        public Append {
            batches = List.copyOf(batches);
        }
    }

    /**
     * The partition that leads wants the log to begin there (rule 16): at most at the high watermark; below the present start
     * nothing moves. Answered by {@link Output.StartMoved}, {@link Output.StartRefused} or {@link Output.StartUnknown}, never
     * twice.
     *
     * @param token names it in the answer
     */
    record MoveStart(long token, long newStart) implements Input {}

    /**
     * Somebody wants to act on what is committed (rule 6). Answered by {@link Output.ReadConfirmed} or
     * {@link Output.ReadRefused}, never twice.
     */
    record CheckedRead(long token) implements Input {}

    /**
     * An operator gives up what this replica may have lost (rule 12): it votes again with what it has. Answered by
     * {@link Output.UncleanlyRecovered} or {@link Output.UncleanRecoveryRefused}.
     */
    record UncleanRecovery(long token) implements Input {}
}
