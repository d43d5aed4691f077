package io.tailrace.engine.replication.quorum;

/** The timers of a replica. How long each takes is its environment's business; all are of the order of a round trip or more. */
public enum TimerKind {
    /** A nominee asks again, or begins anew above who refused it. Has to be random, else two nominees refuse each other for ever. */
    ATTEMPT,
    /** A leader sends again what may have been lost, and says that it lives. */
    HEARTBEAT,
    /** The same for a leader in whose log nothing happens: many heartbeats, and well below {@link #LEADER_CHECK}. */
    QUIET_HEARTBEAT,
    /** A leader that has not heard from a quorum for so long stops serving (rule 6): several heartbeats. */
    QUORUM_CHECK,
    /** A follower that has not heard from its leader for so long says so to nominees: more than two of a quiet leader's. */
    LEADER_CHECK
}
