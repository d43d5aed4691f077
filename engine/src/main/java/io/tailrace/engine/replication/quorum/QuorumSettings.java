package io.tailrace.engine.replication.quorum;

/**
 * The bounds of one replica.
 *
 * @param maxAppendBytes about how many bytes of batches one message carries; a larger batch goes alone
 * @param maxInFlightAppends how many appends with batches a leader sends one follower before the first is on its disk
 * @param maxPendingAppends how many appends of its own partition a leader holds that are not committed
 * @param maxPendingReads how many checked reads wait for a quorum
 */
public record QuorumSettings(int maxAppendBytes, int maxInFlightAppends, int maxPendingAppends, int maxPendingReads) {
    /** One MiB, 8, 1000, 1000. */
    public static final QuorumSettings DEFAULTS = new QuorumSettings(1 << 20, 8, 1000, 1000);
}
