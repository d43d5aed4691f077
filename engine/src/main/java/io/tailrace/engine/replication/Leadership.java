package io.tailrace.engine.replication;

import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The right to write one log in one epoch, as a quorum of its voters has granted it. This is the seam at which replication
 * stands: the partition above writes through it and does not know how many voters there are.
 */
public interface Leadership {
    /** The epoch that this leadership writes in. */
    int epoch();

    /** The local log, for replay and look-ups. Whoever leads appends through {@link #append} only. */
    Log log();

    /**
     * Appends batches, all or none, in the order of the calls. Done when a quorum has them as the flush mode demands, and the
     * high watermark has passed them.
     *
     * <p>Fails with FENCED when a higher epoch has been promised, DISK_FULL or IO_FAILED from the disk, UNKNOWN_TOPIC or CLOSED when
     * the replica ends. After any failure this leadership is over and what was under way is unknown, unless the code is DISK_FULL
     * or PARTITION_BUSY (as much is under way as may be): then nothing of it was stored, nor of what was appended behind it.
     */
    CompletionStage<Void> append(List<PlacedBatch> batches);

    /**
     * Lets the log begin at that offset: a control batch at the log's end says so, and once that is committed the start moves,
     * durably and for every reader. No append may be under way meanwhile. The control batch is on the disk whatever the flush
     * mode, and all that lies before it: what has been let go never comes back, and the start is never ahead of the log.
     *
     * <p>Fails as {@link #append} does; with DISK_FULL the start has not moved and may be asked for again, with
     * OFFSET_OUT_OF_RANGE above the high watermark nothing has happened.
     *
     * @param newStart at most the high watermark; below the present start nothing moves
     */
    CompletionStage<Void> moveStart(long newStart);

    /**
     * Brings a replica up that does not vote; done when it has nearly all of the log, and it goes on getting the rest. May take as long as
     * copying the log does; appends go on meanwhile.
     *
     * <p>Fails with PARTITION_BUSY while another change of the voters is under way, INVALID_ARGUMENT if it votes already, LIMIT_EXCEEDED if
     * it does not answer or stays behind, FENCED, UNKNOWN_TOPIC, CLOSED.
     */
    CompletionStage<Void> learn(ReplicaId replica);

    /**
     * Lets a replica vote, or no longer (log-safety rule 17): an entry at the log's end says so, which counts at once; done when that is
     * committed. No append may be under way meanwhile. One that was not brought up by {@link #learn} is first. A leader that is
     * removed leads no longer then.
     *
     * <p>Fails as {@link #learn} does, with INVALID_ARGUMENT if it is so already or would leave no voter, PARTITION_UNAVAILABLE if too few
     * of those who would vote have been heard lately, DISK_FULL: then nothing has changed. With OUTCOME_UNKNOWN it may.
     *
     * @param votes whether it is to vote
     */
    CompletionStage<Void> changeVoter(ReplicaId replica, boolean votes);

    /**
     * Asks a quorum whether this is still the newest leadership, so that somebody may act on what is committed (log-safety rule 6): a
     * leader that has been succeeded, and does not know it yet, does not answer. Fails as {@link #append} does.
     *
     * @return the committed offset: everything that was acknowledged before this was asked for lies below
     */
    CompletionStage<Long> committedOffset();

    /**
     * Returns if this leadership may still write.
     *
     * @throws io.tailrace.engine.error.TailraceException FENCED when a higher epoch has been promised, UNKNOWN_TOPIC when the
     *     replica has been deleted, CLOSED
     */
    void ensureLeading();
}
