package io.tailrace.streams;

/**
 * The bounds of a {@link KeyedFlow}. Immutable; each wither returns a changed copy. A value that is not usable is refused at once with
 * {@link io.tailrace.engine.error.ErrorCode#INVALID_SETTING}.
 */
public final class KeyedSettings {
    private static final int LEAST_AHEAD = 1_000;
    private static final int LEAST_PENDING = 10_000;

    private final int parallelism;
    private final int maxAhead;
    private final int maxPending;

    private KeyedSettings(int parallelism, int maxAhead, int maxPending) {
        SettingChecks.between("parallelism", parallelism, 1, Integer.MAX_VALUE);
        SettingChecks.between("max-ahead", maxAhead, 1, Integer.MAX_VALUE);
        SettingChecks.between("max-pending", maxPending, 1, Integer.MAX_VALUE);
        this.parallelism = parallelism;
        this.maxAhead = maxAhead;
        this.maxPending = maxPending;
    }

    /** So many records are worked on at once, whatever partitions they are of. */
    public static KeyedSettings of(int parallelism) {
        return new KeyedSettings(parallelism, Math.max(LEAST_AHEAD, parallelism), Math.max(LEAST_PENDING, parallelism));
    }

    /**
     * Records of one partition that are worked on or done while the first of them is not done: so many at most are worked on a second time after a
     * crash, beyond those that were not committed anyway. Where that is reached the partition waits and others go on. Default 1,000, or the
     * parallelism if that is more.
     */
    public KeyedSettings withMaxAhead(int maxAhead) {
        return new KeyedSettings(parallelism, maxAhead, maxPending);
    }

    /** Records of all partitions that are held at most; beyond, upstream is backpressured. Default 10,000, or the parallelism if that is more. */
    public KeyedSettings withMaxPending(int maxPending) {
        return new KeyedSettings(parallelism, maxAhead, maxPending);
    }

    /** Records that are worked on at once. */
    public int parallelism() {
        return parallelism;
    }

    /** See {@link #withMaxAhead}. */
    public int maxAhead() {
        return maxAhead;
    }

    /** See {@link #withMaxPending}. */
    public int maxPending() {
        return maxPending;
    }

    @Override
    public String toString() {
        return "KeyedSettings[parallelism=" + parallelism + ", maxAhead=" + maxAhead + ", maxPending=" + maxPending
                + "]";
    }
}
