package io.tailrace.cluster.link;

/** Why something did not get through a link, or not further. Each has a counter: {@link LinkCounters}. */
public enum Dropped {
    /** To be sent while there was no session: the peer does not answer, or was just lost. */
    NO_SESSION,
    /** To be sent to a node whose address nobody knows. */
    UNKNOWN_NODE,
    /** To be sent while as much was waiting as may. */
    QUEUE_FULL,
    /** Waiting, or on the way, when the session ended. */
    SESSION_LOST,
    /** Larger than a frame may be, sent or received. */
    TOO_LARGE,
    /** Of a type that this version does not know. */
    UNKNOWN_TYPE,
    /** Of a known type, in a version that this version does not know. */
    UNKNOWN_VERSION,
    /** Does not fit its layout. */
    MALFORMED,
    /** For a replica that does not live here. */
    NO_RECEIVER,
    /** For a replica that has not worked off what came before. */
    RECEIVER_FULL
}
