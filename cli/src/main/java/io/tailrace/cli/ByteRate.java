package io.tailrace.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes a second as people write them: {@code 5MB/s}, {@code 1.5 MiB/s}, {@code 100000}. */
final class ByteRate {
    private static final Pattern RATE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?([a-z]*)(?:/s)?");

    private static final Map<String, Long> UNITS = Map.of(
            "",
            1L,
            "b",
            1L,
            "kb",
            1_000L,
            "mb",
            1_000_000L,
            "gb",
            1_000_000_000L,
            "kib",
            1L << 10,
            "mib",
            1L << 20,
            "gib",
            1L << 30);

    private ByteRate() {}

    /** Empty for what is none. */
    static Optional<Long> parse(String text) {
        Matcher rate = RATE.matcher(text.toLowerCase(Locale.ROOT));
        Long unit = rate.matches() ? UNITS.get(rate.group(2)) : null;
        if (unit == null) {
            return Optional.empty();
        }
        BigDecimal bytes = new BigDecimal(rate.group(1)).multiply(BigDecimal.valueOf(unit));
        return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? Optional.empty()
                : Optional.of(bytes.setScale(0, RoundingMode.DOWN).longValue());
    }
}
