package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;

/**
 * Windows of a fixed size, one for each set of records that can lie within it: a window ends at each record, and one begins a millisecond after each that has others behind it. Both start and end belong
 * to a window.
 *
 * @param timeDifference how far apart the records of a window may be, not negative
 * @param grace how long after a window's end its records are still awaited, not negative
 */
public record SlidingWindows(Duration timeDifference, Duration grace) implements Windows {
    /** Throws a {@link TailraceException} with INVALID_TOPOLOGY for what is negative. */
    public SlidingWindows {
        if (timeDifference.isNegative() || grace.isNegative()) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY,
                    "Neither a time difference of " + timeDifference + " nor a grace period of " + grace
                            + " can be negative.");
        }
    }

    /** Of records not farther apart than that; nothing is awaited after a window's end. */
    public static SlidingWindows ofTimeDifferenceWithNoGrace(Duration timeDifference) {
        return ofTimeDifferenceAndGrace(timeDifference, Duration.ZERO);
    }

    /** Of records not farther apart than that; records are awaited for so long after a window's end. */
    public static SlidingWindows ofTimeDifferenceAndGrace(Duration timeDifference, Duration afterWindowEnd) {
        return new SlidingWindows(timeDifference, afterWindowEnd);
    }

    @Override
    public Duration size() {
        return timeDifference;
    }
}
