package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.time.Instant;

/**
 * One window that never ends. What is earlier than its start belongs to none.
 *
 * @param start when it begins, not before 1970
 */
public record UnlimitedWindows(Instant start) implements Windows {
    private static final Duration WITHOUT_END = Duration.ofMillis(Long.MAX_VALUE);

    /** Throws a {@link TailraceException} with INVALID_TOPOLOGY for a start before 1970. */
    public UnlimitedWindows {
        if (start.isBefore(Instant.EPOCH)) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, "A window cannot begin before 1970, as " + start + " is.");
        }
    }

    /** From 1970 on. */
    public static UnlimitedWindows of() {
        return new UnlimitedWindows(Instant.EPOCH);
    }

    /** From then on. */
    public UnlimitedWindows startOn(Instant other) {
        return new UnlimitedWindows(other);
    }

    @Override
    public Duration size() {
        return WITHOUT_END;
    }

    @Override
    public Duration grace() {
        return Duration.ZERO;
    }
}
