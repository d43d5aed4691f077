package io.tailrace.cluster.node;

/** A node's actor system was lost while the node was starting on it: another one may do. The cause is what failed because of it. */
final class LostAtStart extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RuntimeException because;

    LostAtStart(RuntimeException because) {
        super(because);
        this.because = because;
    }

    RuntimeException because() {
        return because;
    }
}
