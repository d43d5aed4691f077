package io.tailrace.cluster.link;

import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One end of one connection, called by its {@link SessionStage} on one thread at a time. An exception ends the connection. */
interface Session {
    /**
     * The connection is there.
     *
     * @param control of the stage that carries it
     */
    void started(Control control);

    /** What is to be written now, or {@code null} if there is nothing; then somebody has to wake the stage. */
    @Nullable
    ByteString poll();

    /** A frame has come. */
    void received(Frame frame);

    /** Now and then. */
    void tick();

    /** The connection is over; told once. */
    void ended(Throwable why);

    /** What a session may ask of its stage, from any thread. */
    interface Control {
        /** There is something to poll. */
        void wake();

        /** The frames from now on may be so long; on the stage's thread only. */
        void limit(int maxFrameBytes);

        /** End the connection. */
        void end(Throwable why);
    }
}
