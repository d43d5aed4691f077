package io.tailrace.cluster.link;

import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** What a node does with what comes in one session. Called on the session's thread, so it must not block. */
public interface Incoming {
    /**
     * A frame has come; its bytes are the receiver's.
     *
     * @param consumed to be run once, on any thread, when the bytes are off the receiver's hands: only then will as many
     *     more be sent
     */
    void received(Frame frame, Runnable consumed);

    /** The session is over. */
    void ended();

    /** Makes what receives, for each session that opens. */
    interface Factory {
        /**
         * A session has opened.
         *
         * @param peer the node id of who connected
         */
        Incoming open(String peer, Replies replies);
    }

    /** The way back to who connected; it never blocks. What nobody demanded must not be sent there: it knows no credit. */
    interface Replies {
        /**
         * Sends a frame.
         *
         * @param onTaken run when it is handed to the network, or will never be
         */
        void send(ByteString frame, @Nullable Runnable onTaken);
    }
}
