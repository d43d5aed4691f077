package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sessions: the records of a key that follow each other by no more than a gap. A session goes from its first record's time to its last one's, both included; one that comes between two of them
 * makes them one. After Kafka Streams' {@code SessionWindows}.
 *
 * @param inactivityGap a record that comes more than that after all others begins a new session; a millisecond at least
 * @param gracePeriod for how long after the gap a session still takes records that come late, by the time of the events
 */
public record SessionWindows(Duration inactivityGap, Duration gracePeriod) {
    /** Throws {@link IllegalArgumentException} for a gap of nothing and a negative grace period. */
    public SessionWindows {
        if (inactivityGap.toMillis() < 1) {
            throw new IllegalArgumentException("A gap is a millisecond at least, not " + inactivityGap + ".");
        }
        if (gracePeriod.isNegative()) {
            throw new IllegalArgumentException("A grace period is not negative, as " + gracePeriod + " is.");
        }
    }

    /** With that gap, and no patience with what comes later than that. */
    public static SessionWindows ofInactivityGapWithNoGrace(Duration inactivityGap) {
        return new SessionWindows(inactivityGap, Duration.ZERO);
    }

    /** With that gap, which also take what comes as late as that after it. */
    public static SessionWindows ofInactivityGapAndGrace(Duration inactivityGap, Duration gracePeriod) {
        return new SessionWindows(inactivityGap, gracePeriod);
    }

    long gapMillis() {
        return inactivityGap.toMillis();
    }

    /** How long after its end a session is closed. */
    long openMillis() {
        return inactivityGap.toMillis() + gracePeriod.toMillis();
    }

    /** How long a store keeps sessions after their ends: as long as they are open, or longer if somebody wants to. */
    Duration retention(String store, @Nullable Duration wanted) {
        Duration open = Duration.ofMillis(openMillis());
        if (wanted != null && wanted.compareTo(open) < 0) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY,
                    "Store " + store + " would keep sessions for " + wanted + ", but they are open for " + open
                            + ": let it keep them for longer.");
        }
        return wanted == null ? open : wanted;
    }
}
