package io.tailrace.streams;

import com.typesafe.config.Config;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** {@code null} for {@code off}. */
    static @Nullable Duration durationOrOff(String name, Config config) {
        return config.getString(name).equalsIgnoreCase("off") ? null : config.getDuration(name);
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

    /** It may be empty. */
    static void clientId(String value) {
        if (!value.isEmpty()) {
            name("client-id", value);
        }
    }

    /** The constant of that name in lower case, with hyphens. */
    static <E extends Enum<E>> E constant(Class<E> type, String section, String name, Config config) {
        String value = config.getString(name);
        for (E constant : type.getEnumConstants()) {
            if (spelled(constant).equalsIgnoreCase(value)) {
                return constant;
            }
        }
        String known =
                Stream.of(type.getEnumConstants()).map(SettingChecks::spelled).collect(Collectors.joining(" or "));
        throw invalid(section + "." + name + " is " + value + ": use " + known + ".");
    }

    private static String spelled(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static TailraceException invalid(String message) {
        return new TailraceException(ErrorCode.INVALID_SETTING, message);
    }
}
