package io.tailrace.engine.partition;

import io.tailrace.engine.log.LogDamage;
import java.util.List;

/**
 * What the scrub of a node has done and found since the node was started.
 *
 * @param isAsked whether a round that somebody asked for is under way
 * @param askedRounds how many rounds that were asked for have come to their end
 * @param rounds how many of those that come by themselves, over all replicas, have
 * @param replicas how many replicas the present or the last round has
 * @param replicasDone how many of them it has been through
 * @param bytes of batches that have been read
 * @param found damaged ranges, each counted once as long as it is there
 * @param mended how many of them were mended in place
 * @param reopened for how many of them a replica was opened anew, which gets everything behind it from its peers again
 * @param findings what was found last, the oldest first; no more than {@link Scrubber#MAX_FINDINGS}
 */
public record ScrubReport(
        boolean isAsked,
        long askedRounds,
        long rounds,
        int replicas,
        int replicasDone,
        long bytes,
        long found,
        long mended,
        long reopened,
        List<Finding> findings) {
    /** What became of damage. */
    public enum Outcome {
        /** It is there no more. */
        MENDED,
        /** The replica was opened anew to get rid of it. */
        REOPENED,
        /** It is there: nobody has what would mend it. */
        LEFT
    }

    /**
     * A damaged range.
     *
     * @param partition the replica's name
     * @param damage where, and what is wrong
     */
    public record Finding(String partition, LogDamage damage, Outcome outcome) {}
}
