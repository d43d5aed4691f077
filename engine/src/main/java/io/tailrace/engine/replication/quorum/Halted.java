package io.tailrace.engine.replication.quorum;

/** Has stopped for good; a new start finds out what is on the disk, and repairs what is damaged. */
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
