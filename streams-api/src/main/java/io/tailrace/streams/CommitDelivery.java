package io.tailrace.streams;

/** Whether a {@link Committer} waits for its commits to be answered. */
public enum CommitDelivery {
    /** A batch is emitted when it is committed, and upstream is backpressured while too many are not. */
    WAIT_FOR_ACK,
    /**
     * A batch is emitted when it is sent, and upstream is not backpressured: while {@link CommitterSettings#parallelism()} batches have no answer
     * further offsets are collected, of each partition the highest. At the end of the stream the answers are waited for all the same.
     */
    SEND_AND_FORGET;

    /** {@link #WAIT_FOR_ACK}. */
    public static CommitDelivery waitForAck() {
        return WAIT_FOR_ACK;
    }

    /** {@link #SEND_AND_FORGET}. */
    public static CommitDelivery sendAndForget() {
        return SEND_AND_FORGET;
    }
}
