package io.tailrace.engine.replication.quorum;

/**
 * Whether this replica may have lost something that it has acknowledged, by damage or by a crash without fsync (rules 10 and 14).
 * Then it has no say in elections: who is elected without it has found all that was ever acknowledged on the disks of others. It
 * follows, and may vote again when a leader whose epoch is open goes by what this very start of the replica has acknowledged, and
 * all that is committed by then is on the disk here. Why that is enough stands in docs/replication.md.
 *
 * <p>A replica begins to abstain only when it is started; whoever finds damage while it runs has it started again.
 */
final class Abstention {
    private static final long NONE = -1;

    private final QuorumReplica replica;
    private final long start;
    private boolean abstaining;
    private long endId = NONE;
    /** The operator's wish that is to be answered when it is over. */
    private long token = NONE;

    Abstention(QuorumReplica replica, long start, boolean abstaining) {
        this.replica = replica;
        this.start = start;
        this.abstaining = abstaining;
    }

    /** The number of this start: what is said of another start is not said of what is on the disk now. */
    long start() {
        return start;
    }

    boolean isOn() {
        return abstaining;
    }

    /** Whether the replica may promise, be nominated, and serve its log to a nominee. */
    boolean mayVote() {
        return replica.rules().mayVote(abstaining);
    }

    /** A quorum's log up to what is committed is on the disk here, and its leader knows this start: it is over, durably first. */
    void caughtUp() {
        if (abstaining && endId == NONE) {
            endId = replica.out().io(Output.EndAbstention::new);
        }
    }

    /** An operator says that what is here has to do (rule 12). */
    void endUncleanly(long wish) {
        if (!abstaining || token != NONE) {
            replica.out().decide(new Output.UncleanRecoveryRefused(wish, "it does not abstain, or is asked already"));
            return;
        }
        token = wish;
        caughtUp();
    }

    /** Whether that was the end of the abstention, which is on the disk now. */
    boolean ended(long id) {
        if (id != endId) {
            return false;
        }
        endId = NONE;
        abstaining = false;
        if (token == NONE) {
            replica.out()
                    .decide(new Output.AbstentionOver(replica.log().outline().position()));
        } else {
            replica.out()
                    .decide(new Output.UncleanlyRecovered(
                            token, replica.log().outline().position(), replica.highWatermark()));
            token = NONE;
        }
        return true;
    }
}
