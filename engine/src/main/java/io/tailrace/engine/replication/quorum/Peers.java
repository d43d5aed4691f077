package io.tailrace.engine.replication.quorum;

/** The way to the other voters. */
@FunctionalInterface
public interface Peers {
    /** For the sole voter of a log. */
    Peers NONE = (to, message) -> {};

    /** Sends; the message may get lost, and nobody says so. Does not block. */
    void send(ReplicaId to, Message message);
}
