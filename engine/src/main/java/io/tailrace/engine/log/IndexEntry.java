package io.tailrace.engine.log;

/**
 * What the sparse index says of one batch of a segment.
 *
 * @param relativeOffset the batch's base offset minus the segment's
 * @param position where in the file it begins
 * @param relativeSequence how many data batches of the segment come before it
 * @param largestTimestamp the largest timestamp of those data batches, {@code Long.MIN_VALUE} if there are none
 */
record IndexEntry(int relativeOffset, int position, int relativeSequence, long largestTimestamp) {
    /** The beginning of every segment, which no entry has to say. */
    static final IndexEntry START = new IndexEntry(0, 0, 0, Long.MIN_VALUE);

    /** Whether it may stand after that one: all fields only ever grow. */
    boolean follows(IndexEntry earlier) {
        return relativeOffset > earlier.relativeOffset
                && position > earlier.position
                && relativeSequence >= earlier.relativeSequence
                && largestTimestamp >= earlier.largestTimestamp;
    }
}
