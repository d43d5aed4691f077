package io.tailrace.test.torture;

/** What is done to a cluster. */
enum Fault {
    /** {@code kill -9}, and started again some seconds later. */
    KILL(false),
    /** SIGSTOP, and SIGCONT later. */
    PAUSE(false),
    /** One after the other is stopped in order and started again. */
    ROLLING_RESTART(false),
    /** Killed, some bits of its logs flip, started again. */
    FLIPPED_BITS(false),
    /** A node and all others, clients too, do not hear each other; but over HTTP everybody may ask it. */
    CUT_NODE(true),
    /** Two nodes do not hear each other, all others hear both. */
    CUT_LINK(true),
    /** A node is cut off for a moment, several times. */
    FLAPPING(true),
    /** An application that is a member, and all nodes, do not hear each other. */
    CUT_CLIENT(true),
    /** One replica of a node is deleted while the node is down. */
    WIPED_REPLICA(false),
    /** Everything that can be moves away from a node, and back. */
    DRAIN(false, true),
    /** The last node, no founder, is drained and ended; a blank one of its name joins. */
    REPLACED_NODE(false, true),
    /** There is not a byte left on a node's disk. Always the last node: the others have the machine's disk. */
    FULL_DISK(true);

    private final boolean needsSandbox;
    private final boolean needsSpare;

    Fault(boolean needsSandbox) {
        this(needsSandbox, false);
    }

    Fault(boolean needsSandbox, boolean needsSpare) {
        this.needsSandbox = needsSandbox;
        this.needsSpare = needsSpare;
    }

    /** Whether it needs a network and disks of the run's own. */
    boolean needsSandbox() {
        return needsSandbox;
    }

    /** Whether it needs a node more than a partition has replicas. */
    boolean needsSpare() {
        return needsSpare;
    }
}
