package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.replication.FlushMode;

/**
 * The bounds of one replica.
 *
 * @param maxAppendBytes about how many bytes of batches one message carries; a larger batch goes alone
 * @param maxInFlightAppends how many appends with batches a leader sends one follower before the first is on its disk
 * @param maxPendingAppends how many appends of its own partition a leader holds that are not committed
 * @param maxPendingBytes how many bytes they may have together; a larger append goes alone
 * @param maxPendingReads how many checked reads wait for a quorum
 * @param maxIdleHeartbeats after so many heartbeats without anything more on a learner's disk a leader gives up on it
 * @param maxAdoptedOffsets a nominee whose log is further behind declines, unless it is told not to
 * @param flush when an append counts as on the disk
 */
public record QuorumSettings(
        int maxAppendBytes,
        int maxInFlightAppends,
        int maxPendingAppends,
        long maxPendingBytes,
        int maxPendingReads,
        int maxIdleHeartbeats,
        long maxAdoptedOffsets,
        FlushMode flush) {
    /** One MiB, 8, 1000, 64 MiB, 1000, 100, a million; fsync. */
    public static final QuorumSettings DEFAULTS =
            new QuorumSettings(1 << 20, 8, 1000, 64 << 20, 1000, 100, 1_000_000, FlushMode.BATCH);

    /** The same with another flush mode. */
    public QuorumSettings with(FlushMode other) {
        return new QuorumSettings(
                maxAppendBytes,
                maxInFlightAppends,
                maxPendingAppends,
                maxPendingBytes,
                maxPendingReads,
                maxIdleHeartbeats,
                maxAdoptedOffsets,
                other);
    }
}
