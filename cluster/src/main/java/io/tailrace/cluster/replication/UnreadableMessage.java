package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.Dropped;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/** A message of another node that this one cannot read. It is dropped and counted; the link lives on. */
public final class UnreadableMessage extends TailraceException {
    private static final long serialVersionUID = 1L;

    private final Dropped why;

    UnreadableMessage(Dropped why, String message) {
        super(ErrorCode.SERIALIZATION_FAILED, message);
        this.why = why;
    }

    /** What it counts as. */
    public Dropped why() {
        return why;
    }
}
