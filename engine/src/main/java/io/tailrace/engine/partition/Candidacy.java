package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.replication.Nomination;

/**
 * With which words one life of a partition's actor nominates its replica. That the actor was started here is the newest that anybody has
 * decided about who should lead, so at first it takes over from whoever does. Once somebody else has been found to lead, it may
 * be this one that is out of date: from then on it defers, so that two do not depose each other for ever.
 *
 * <p>A replica that is far behind declines; the leader that there is, or one that others nominate, brings it up meanwhile. If that
 * does not come to pass it leads all the same, which takes as long as the copying does.
 */
final class Candidacy {
    /** So often it waits, with pauses that grow to seconds, for a log that is behind to come up. */
    private static final int DECLINES = 8;

    private boolean fenced;
    private int declined;

    Nomination words(boolean soleVoter) {
        if (soleVoter || declined > DECLINES) {
            return Nomination.AT_ANY_PRICE;
        }
        return fenced ? Nomination.DEFER : Nomination.TAKE_OVER;
    }

    /** It has not come to leading, or leading is over. */
    void failed(ErrorCode why) {
        fenced |= why == ErrorCode.FENCED;
        declined += why == ErrorCode.PARTITION_UNAVAILABLE ? 1 : 0;
    }
}
