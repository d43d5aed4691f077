package io.tailrace.engine.replication;

import java.util.UUID;

/**
 * What a voter has promised (rules 1 and 2): to refuse every epoch below, and to grant this one to nobody else.
 *
 * @param epoch the epoch, or -1 before the first promise
 * @param to the incarnation: a random id of one attempt to lead, never of a node or a process
 */
public record Promise(int epoch, UUID to) {
    /** Nothing has been promised yet. */
    public static final Promise NONE = new Promise(-1, new UUID(0, 0));
}
