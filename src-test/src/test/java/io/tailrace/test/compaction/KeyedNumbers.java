package io.tailrace.test.compaction;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What a record is, by its number alone: so whoever knows which numbers were acknowledged knows what must be read. */
final class KeyedNumbers {
    /** The name of the header with the number, which a tombstone has too. */
    static final String HEADER = "number";

    private static final int KEYS = 400;
    private static final int ONE_TOMBSTONE_IN = 8;
    private static final int MAX_VALUE_BYTES = 400;

    private KeyedNumbers() {}

    static String key(long number) {
        return "key-" + new SplittableRandom(number).nextInt(KEYS);
    }

    /** {@code null} for a tombstone. */
    static @Nullable String value(long number) {
        SplittableRandom random = new SplittableRandom(~number);
        return random.nextInt(ONE_TOMBSTONE_IN) == 0
                ? null
                : number + ":" + "x".repeat(random.nextInt(MAX_VALUE_BYTES));
    }

    static boolean isTombstone(long number) {
        return value(number) == null;
    }
}
