package io.tailrace.engine.replication;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.quorum.LogPosition;

/** Hears what happens to replicas that a person may want to know. Called on any thread; returns at once. */
public interface ReplicaListener {
    /** Nobody listens. */
    ReplicaListener NONE = new ReplicaListener() {
        @Override
        public void damaged(String log, long offset, String what) {}

        @Override
        public void recoveredUncleanly(String log, LogPosition position, long highWatermark) {}

        @Override
        public void caughtUp(String log) {}

        @Override
        public void failed(String log, String what, TailraceException why) {}
    };

    /** Damage was met at that offset or behind it. The replica is opened anew, which repairs it from its peers. */
    void damaged(String log, long offset, String what);

    /**
     * An operator has let the replica vote though it may have lost what it had acknowledged. To be kept for an audit.
     *
     * @param position where its log ends
     */
    void recoveredUncleanly(String log, LogPosition position, long highWatermark);

    /** The replica has again all that it may have lost, and votes. */
    void caughtUp(String log);

    /**
     * Something in the background has failed; it is tried again.
     *
     * @param what it was, such as {@code a snapshot}
     */
    void failed(String log, String what, TailraceException why);
}
