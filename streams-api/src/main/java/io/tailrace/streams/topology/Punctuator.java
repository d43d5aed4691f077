package io.tailrace.streams.topology;

/** What is to be done from time to time. */
@FunctionalInterface
public interface Punctuator {
    /**
     * Called on the task's thread.
     *
     * @param timestamp the time that has been reached, milliseconds since 1970
     */
    void punctuate(long timestamp);
}
