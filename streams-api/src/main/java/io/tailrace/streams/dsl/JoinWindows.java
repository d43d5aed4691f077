package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;

/**
 * How far apart in time two records may be to be joined: one of the other stream belongs to one of this stream if its timestamp is not earlier than {@code before}
 * before that one's, and not later than {@code after} after it, both included. In milliseconds.
 *
 * @param before how much earlier the other one may be; if negative, how much later it has to be
 * @param after how much later the other one may be; if negative, how much earlier it has to be
 * @param grace how long after a window's end its records are still awaited, not negative
 */
public record JoinWindows(Duration before, Duration after, Duration grace) {
    /** Throws a {@link TailraceException} with INVALID_TOPOLOGY for a window that ends before it begins, or a negative grace period. */
    public JoinWindows {
        if (before.plus(after).isNegative()) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY,
                    "A join's window of " + before + " before and " + after
                            + " after ends before it begins: the two have to add up to 0 at least.");
        }
        if (grace.isNegative()) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, "A grace period cannot be negative, as " + grace + " is.");
        }
    }

    /** Not farther apart than that; nothing is awaited after a window's end. */
    public static JoinWindows ofTimeDifferenceWithNoGrace(Duration timeDifference) {
        return ofTimeDifferenceAndGrace(timeDifference, Duration.ZERO);
    }

    /** Not farther apart than that; records are awaited for so long after a window's end. */
    public static JoinWindows ofTimeDifferenceAndGrace(Duration timeDifference, Duration afterWindowEnd) {
        return new JoinWindows(timeDifference, timeDifference, afterWindowEnd);
    }

    /** The same where the other record may be so much earlier. */
    public JoinWindows before(Duration timeDifference) {
        return new JoinWindows(timeDifference, after, grace);
    }

    /** The same where the other record may be so much later. */
    public JoinWindows after(Duration timeDifference) {
        return new JoinWindows(before, timeDifference, grace);
    }

    /** As the other stream sees them. */
    JoinWindows reversed() {
        return new JoinWindows(after, before, grace);
    }

    /** How long records have to be kept: those of the same millisecond can be joined in any case. */
    Duration retention() {
        Duration all = before.plus(after).plus(grace);
        return all.toMillis() < 1 ? Duration.ofMillis(1) : all;
    }
}
