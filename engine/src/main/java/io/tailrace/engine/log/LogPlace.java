package io.tailrace.engine.log;

/**
 * A place between two batches of a log, with all that a log has to know that begins there: its offsets, epochs and sequence numbers
 * go on as if the rest had been deleted.
 *
 * @param offset the offset of the first record behind it, or that will be
 * @param epochBefore the epoch of the batch before it, or -1 at offset 0
 * @param sequenceBefore how many data batches the log has had before it
 */
public record LogPlace(long offset, int epochBefore, long sequenceBefore) {
    /** The beginning of every log. */
    public static final LogPlace ZERO = new LogPlace(0, EpochIndex.NO_EPOCH, 0);
}
