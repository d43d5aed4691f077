package io.tailrace.engine.replication;

import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.PlacedBatch;
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
