package io.tailrace.streams;

import com.typesafe.config.Config;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The bounds of settings, refused with one wording. */
final class SettingChecks {
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int LONGEST_NAME = 255;

    private SettingChecks() {}

    static int intBytes(Config config, String name) {
        long bytes = config.getBytes(name);
        return (int) between(name, bytes, 1, Integer.MAX_VALUE);
    }

    static long between(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw invalid(name + " is " + value + ": use " + min + " to " + max + ".");
        }
        return value;
    }

    static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
            throw invalid(name + " is " + value + ": use more than zero and at most a year.");
        }
    }

    static void backoff(Duration min, Duration max) {
        positive("retry-backoff.min", min);
        positive("retry-backoff.max", max);
        if (max.compareTo(min) < 0) {
            throw invalid("retry-backoff.max is " + max + ", less than retry-backoff.min, " + min + ".");
        }
    }

    /** A name that is given has 1 to 255 characters, none of them a control character. */
    static void name(String setting, @Nullable String value) {
        if (value != null
                && (value.isEmpty()
                        || value.length() > LONGEST_NAME
                        || value.chars().anyMatch(Character::isISOControl))) {
            throw invalid(setting + " is \"" + value + "\": use 1 to " + LONGEST_NAME
                    + " characters, none of them a control character.");
        }
    }

    private static TailraceException invalid(String message) {
        return new TailraceException(ErrorCode.INVALID_SETTING, message);
    }
}
