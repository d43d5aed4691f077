package io.tailrace.streams.runtime;

/**
 * What an instance of an application is doing.
 *
 * <pre>
 * CREATED → STARTING → REBALANCING ⇄ RUNNING
 *              ↑            │           │      the node lost its cluster
 *              └────────────┴───────────┘
 * any → ERROR                                  it cannot run as it is; still to be closed
 * any → CLOSING → CLOSED
 * </pre>
 */
public enum StreamState {
    /** It has not begun. */
    CREATED,
    /** Its topics are looked at and made; also after its node has lost its cluster, until it is in it again. */
    STARTING,
    /** Tasks come, go, or restore their state. */
    REBALANCING,
    /** All tasks that it was dealt process records, but for those that wait after an error; it may have been dealt none. */
    RUNNING,
    /** It cannot run as it is: {@link StreamApplication#failure} says why. */
    ERROR,
    /** Its tasks commit and stop. */
    CLOSING,
    /** It is over. */
    CLOSED
}
