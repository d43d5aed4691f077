package io.tailrace.cluster.quota;

/**
 * Says how long who is limited to so many bytes a second has to wait. It counts what has been charged and what has been earned since:
 * who charges gets a place, and has paid when so much has been earned. So a charge larger than any burst passes, and the wait after it is
 * as long as it is large; and those that share a bucket pay in the order in which they charged.
 *
 * <p>Nobody earns more than {@link #BURST_NANOS} in advance: enough for timers that are late and a machine that is busy, too little to
 * be seen in a minute's average. A new bucket has earned nothing, so from its beginning on nobody has passed more than the rate and one
 * charge. Thread-safe. Times are those of {@link System#nanoTime}.
 */
final class TokenBucket {
    /** For how long one that is idle, or served late, goes on earning. */
    static final long BURST_NANOS = 500_000_000;

    private static final double NANOS = 1e9;

    private double bytesPerSecond;
    private double charged;
    private double earned;
    private long earnedAtNanos;

    TokenBucket(long bytesPerSecond, long nowNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.earnedAtNanos = nowNanos;
    }

    /** From now on it is so many; what is owed is paid at that rate. */
    synchronized void setRate(long rate, long nowNanos) {
        if (rate != bytesPerSecond) {
            earn(nowNanos);
            bytesPerSecond = rate;
        }
    }

    /**
     * So many bytes pass.
     *
     * @return the place of who charges, for {@link #nanosUntil}
     */
    synchronized double charge(long bytes, long nowNanos) {
        earn(nowNanos);
        charged += bytes;
        return charged;
    }

    /** The place behind all that has been charged. */
    synchronized double end() {
        return charged;
    }

    /** How long it takes until everything up to that place is paid; 0 if it is. */
    synchronized long nanosUntil(double place, long nowNanos) {
        earn(nowNanos);
        return place <= earned ? 0 : (long) Math.ceil((place - earned) / bytesPerSecond * NANOS);
    }

    /** Whether nothing is owed: a new bucket would be as good. */
    synchronized boolean isPaid(long nowNanos) {
        earn(nowNanos);
        return charged <= earned;
    }

    private void earn(long nowNanos) {
        long nanos = nowNanos - earnedAtNanos;
        if (nanos > 0) {
            double most = charged + bytesPerSecond * BURST_NANOS / NANOS;
            earned = Math.min(most, earned + bytesPerSecond * nanos / NANOS);
            earnedAtNanos = nowNanos;
        }
    }
}
