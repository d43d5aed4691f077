package io.tailrace.streams.runtime;

import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * What a commit says of itself.
 *
 * @param log the id of the topic that the log is a partition of: state that names another does not belong to it
 * @param commit its number, from 1
 * @param delivered the outputs of all commits up to that one are known to be stored
 * @param undeliveredFrom the offset in the log of the first commit whose outputs are not; {@link #HERE}: this one itself
 * @param streamTime of the run, milliseconds since 1970, -1 before the first record
 * @param wallClock when it was made, milliseconds since 1970
 * @param slots how many batches there are in each slot
 */
record TaskMark(
        UUID log,
        long commit,
        long delivered,
        long undeliveredFrom,
        long streamTime,
        long wallClock,
        List<Integer> slots) {
    /** How many commits may have outputs that are not known to be stored. */
    static final int SLOTS = 5;

    static final long HERE = -1;

    static TaskMark none(UUID log) {
        return new TaskMark(log, 0, 0, HERE, -1, 0, Collections.nCopies(SLOTS, 0));
    }

    /** The same where the commit's own offset is known. */
    TaskMark at(long offset) {
        return undeliveredFrom == HERE
                ? new TaskMark(log, commit, delivered, offset, streamTime, wallClock, slots)
                : this;
    }
}
