package io.tailrace.streams;

/** When a {@link Committer} takes a record for dealt with. */
public enum CommitWhen {
    /** As soon as its offset comes by. */
    OFFSET_FIRST_OBSERVED,
    /**
     * When the next offset of its partition comes by, or the stream completes: for streams in which one record becomes several elements, all with
     * its offset. Nobody can tell whether the last offset of a partition will come by once more, so a partition that is to go to another consumer
     * goes when {@link ConsumerSettings#maxDrain()} is over, and its last record is dealt with again there.
     */
    NEXT_OFFSET_OBSERVED;

    /** {@link #OFFSET_FIRST_OBSERVED}. */
    public static CommitWhen offsetFirstObserved() {
        return OFFSET_FIRST_OBSERVED;
    }

    /** {@link #NEXT_OFFSET_OBSERVED}. */
    public static CommitWhen nextOffsetObserved() {
        return NEXT_OFFSET_OBSERVED;
    }
}
