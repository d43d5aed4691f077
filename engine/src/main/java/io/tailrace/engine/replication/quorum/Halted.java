package io.tailrace.engine.replication.quorum;

/** Has stopped for good; a new start may find out what is on the disk. */
final class Halted extends Role {
    Halted(QuorumReplica replica, int epoch) {
        super(replica, epoch);
    }

    @Override
    boolean isNominee() {
        return false;
    }

    @Override
    boolean isReadable() {
        return false;
    }
}
