package io.tailrace.streams;

/** Where a consumer's partitions come from. Lives on the thread of its stage, a {@link ReadingHost}. */
interface Assignment {
    /** How a consumer that emits no more ends; a later one outdoes an earlier. */
    enum Ending {
        /** What was emitted is being dealt with downstream, and then committed. */
        DRAINING,
        /** The stream has failed: what its committers have got is still committed. */
        FAILED,
        /** Nothing more is going to be committed. */
        AT_ONCE
    }

    /** Begins; the partitions come by {@link ReadingHost#begin}. */
    void start();

    /** The stream cannot go on; {@link #end} follows. */
    default void failing(Throwable error) {}

    /** Downstream asks for something to be emitted. */
    default void wanted() {}

    /** Whether that partition is being read here. */
    boolean has(TopicPartition partition);

    /** Nothing of it is emitted until it is told otherwise; for one that is {@link #has here}. */
    void pause(TopicPartition partition, boolean paused);

    /** Reads on from there; for one that is {@link #has here}. */
    void seek(TopicPartition partition, long offset);

    /** No more is emitted: gives the partitions back, and calls {@link ReadingHost#left} when that is done. */
    void end(Ending ending);

    /** The stage is over, perhaps abruptly. */
    void stop();
}
