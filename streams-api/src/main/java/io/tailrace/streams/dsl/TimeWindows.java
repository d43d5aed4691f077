package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;

/**
 * Windows of a fixed size that begin at the multiples of an interval: one behind the other (tumbling) if that is the size, overlapping (hopping) if it is less. The start belongs to
 * a window, the end does not.
 *
 * @param size how long a window is, a millisecond at least
 * @param advance from the start of one to the start of the next, from a millisecond to the size
 * @param grace how long after a window's end its records are still awaited, not negative
 */
public record TimeWindows(Duration size, Duration advance, Duration grace) implements Windows {
    /** Throws a {@link TailraceException} with INVALID_TOPOLOGY for what is out of its range. */
    public TimeWindows {
        if (size.toMillis() < 1) {
            throw invalid("A window is a millisecond long at least, not " + size + ".");
        }
        if (advance.toMillis() < 1 || advance.compareTo(size) > 0) {
            throw invalid("Windows of " + size + " cannot advance by " + advance
                    + ": name a millisecond at least, and the size at most.");
        }
        if (grace.isNegative()) {
            throw invalid("A grace period cannot be negative, as " + grace + " is.");
        }
    }

    private static TailraceException invalid(String what) {
        return new TailraceException(ErrorCode.INVALID_TOPOLOGY, what);
    }

    /** One behind the other; nothing is awaited after a window's end. */
    public static TimeWindows ofSizeWithNoGrace(Duration size) {
        return ofSizeAndGrace(size, Duration.ZERO);
    }

    /** One behind the other; records are awaited for so long after a window's end. */
    public static TimeWindows ofSizeAndGrace(Duration size, Duration afterWindowEnd) {
        return new TimeWindows(size, size, afterWindowEnd);
    }

    /** The same size, begun so often. */
    public TimeWindows advanceBy(Duration other) {
        return new TimeWindows(size, other, grace);
    }
}
