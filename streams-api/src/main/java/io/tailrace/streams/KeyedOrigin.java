package io.tailrace.streams;

/** Where the records of a {@link KeyedLane} come from: a partition. Equal ones are the same. */
interface KeyedOrigin {
    /** Whether its records are somebody else's by now, so that none needs to be begun. */
    default boolean isLost() {
        return false;
    }

    /** Enough of its records are here: it is asked for no more, until {@link #release}. Some may still come. */
    default void hold() {}

    /** As many calls of this as of {@link #hold} let it go on. */
    default void release() {}

    /** A partition that goes on whatever happens, and is never lost. */
    record Plain(TopicPartition partition) implements KeyedOrigin {}
}
