package io.tailrace.cluster.replication;

import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.ReplicaId;

/** A replica of this process, as the wire knows it. */
public interface ReplicaReceiver {
    /**
     * A message has come. Called on the link's thread: has to return at once, and may drop the message.
     *
     * @param done to be run once, on any thread, when the message has been worked off and its batches are held no more; until
     *     then its bytes count against what this replica may have waiting
     */
    void received(ReplicaId from, Message message, Runnable done);
}
