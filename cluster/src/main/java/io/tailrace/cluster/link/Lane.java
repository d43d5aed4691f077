package io.tailrace.cluster.link;

/** What a connection is for. Each lane of a pair of nodes has a connection of its own, so none waits for another. */
public enum Lane {
    /** Messages without batches: promises, heartbeats, answers. */
    SMALL,
    /** Messages with batches. */
    LARGE,
    /** Readers of replicas on another node; the answers come back on the same connection. */
    READS
}
