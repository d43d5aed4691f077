package io.tailrace.cluster.link;

/** The first byte of a frame's head. Numbers are never used again for something else; who does not know one steps over the frame. */
public final class FrameKind {
    /** Who connects says who it is; the first frame of a connection. Its layout never changes. */
    static final int HELLO = 1;
    /** The answer that opens the session. */
    static final int WELCOME = 2;
    /** The answer that does not. */
    static final int REFUSED = 3;
    /** Are you there? Answered by {@link #CREDIT}. */
    static final int PING = 4;
    /** So much of what was sent is off the receiver's hands. */
    static final int CREDIT = 5;

    /** A message between replicas: {@code cluster.replication}. */
    public static final int MESSAGE = 16;
    /** A question of a reader: {@code cluster.fetch}. */
    public static final int READ_REQUEST = 17;
    /** Its answer. */
    public static final int READ_RESPONSE = 18;

    private FrameKind() {}

    static boolean isOfTheLink(int kind) {
        return kind < MESSAGE;
    }
}
