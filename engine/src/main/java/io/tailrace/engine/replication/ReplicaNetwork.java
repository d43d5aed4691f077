package io.tailrace.engine.replication;

import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Peers;
import io.tailrace.engine.replication.quorum.ReplicaId;

/** How the replicas of this process reach those of the same logs on other nodes. */
@FunctionalInterface
public interface ReplicaNetwork {
    /** Of a process whose replicas have no peers. */
    ReplicaNetwork NONE = (log, self, receiver) -> new Connection() {
        @Override
        public void send(ReplicaId to, Message message) {}

        @Override
        public void close() {}
    };

    /**
     * Enters a replica: from now on it hears what others send to it.
     *
     * @param log the name of its log, the same on all nodes
     */
    Connection connect(String log, ReplicaId self, Receiver receiver);

    /** Where messages end. */
    @FunctionalInterface
    interface Receiver {
        /**
         * A message has come. Called on the network's thread: returns at once, and may drop the message.
         *
         * @param done to be run once, on any thread, when the message has been worked off and its batches are held no more; until
         *     then its bytes count against what this replica may have waiting
         */
        void received(ReplicaId from, Message message, Runnable done);
    }

    /** One replica's way to the others; closed with it. */
    interface Connection extends Peers, AutoCloseable {
        @Override
        void close();
    }
}
