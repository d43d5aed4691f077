package io.tailrace.http;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Times and durations as requests give them. */
final class Times {
    private static final long MOST_DAYS = 365_000;

    private Times() {}

    /** Milliseconds since 1970, given as such or as ISO 8601 with an offset from UTC; empty if it is neither. */
    static OptionalLong time(String text) {
        if (text.matches("[0-9]{1,18}")) {
            return OptionalLong.of(Long.parseLong(text));
        }
        try {
            return OptionalLong.of(
                    text.endsWith("Z")
                            ? Instant.parse(text).toEpochMilli()
                            // A plus sign of a query is a space once decoded.
                            : OffsetDateTime.parse(text.replace(' ', '+'))
                                    .toInstant()
                                    .toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    /** Such as {@code 5m}, {@code 300ms} or {@code PT1H}; empty if it is none, or a negative one. */
    static Optional<Duration> duration(String text) {
        String iso = text.toUpperCase(Locale.ROOT);
        if (iso.matches("[0-9]{1,12}MS")) {
            return Optional.of(Duration.ofMillis(Long.parseLong(iso.substring(0, iso.length() - 2))));
        }
        if (iso.matches("[0-9]{1,9}[SMHD]")) {
            iso = (iso.endsWith("D") ? "P" : "PT") + iso;
        }
        try {
            Duration duration = Duration.parse(iso);
            return duration.isNegative() || duration.toDays() >= MOST_DAYS ? Optional.empty() : Optional.of(duration);
        } catch (DateTimeParseException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
