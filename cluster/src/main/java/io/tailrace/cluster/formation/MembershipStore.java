package io.tailrace.cluster.formation;

/** Where a node keeps what it knows of its cluster. */
public interface MembershipStore {
    /** What is durable. */
    Membership membership();

    /**
     * Replaces it; durable when this returns. Blocking.
     *
     * @throws io.tailrace.engine.error.TailraceException IO_FAILED; then the old or the new one is there
     */
    void store(Membership membership);
}
