package io.tailrace.engine.partition;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much compaction may do, so that whoever writes beside it hardly notices: so many bytes a second, and a share of the time. The bytes
 * bound what it takes of the disk; the time bounds what it takes of a processor, and has it give way where a disk is slow. What is not
 * used within {@link #LONGEST_NANOS} is lost, so there are no bursts; what was used too much is made up for. Not thread-safe.
 */
final class CleaningPace {
    static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecond;
    private final double timeShare;
    private final LongSupplier nanoClock;
    private long lookedAt;
    private double bytes;
    private double nanos;

    CleaningPace(long bytesPerSecond, double timeShare, LongSupplier nanoClock) {
        this.bytesPerSecond = bytesPerSecond;
        this.timeShare = timeShare;
        this.nanoClock = nanoClock;
        this.lookedAt = nanoClock.getAsLong();
    }

    /** How many bytes may be read now; 0 if it is time to rest. */
    long allowed() {
        long now = nanoClock.getAsLong();
        double passed = now - lookedAt;
        lookedAt = now;
        bytes = Math.min(bytes + passed * inNanos(), LONGEST_NANOS * inNanos());
        nanos = Math.min(nanos + passed * timeShare, LONGEST_NANOS * timeShare);
        return nanos > 0 && bytes > 0 ? (long) Math.ceil(bytes) : 0;
    }

    private double inNanos() {
        return (double) bytesPerSecond / TimeUnit.SECONDS.toNanos(1);
    }

    /** Since it was allowed so many bytes have been read. */
    void worked(long read) {
        bytes -= read;
        nanos -= nanoClock.getAsLong() - lookedAt;
    }
}
