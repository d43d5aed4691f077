package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.LinkCounters;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.ReplicaNetwork;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of this process that take messages. Of each only so many bytes are on the way at a time: one whose disk is slow loses
 * messages, which are counted, and does not use up what others need.
 */
final class ReplicaRegistry {
    private final Map<Key, Registered> replicas = new ConcurrentHashMap<>();
    private final long maxWaitingBytes;

    private record Key(PartitionId log, ReplicaId replica) {}

    /** One replica and what it has not worked off. */
    private static final class Registered implements Registration {
        private final ReplicaNetwork.Receiver receiver;
        private final Runnable remove;
        private final AtomicLong waitingBytes = new AtomicLong();
        private final Set<Delivery> waiting = ConcurrentHashMap.newKeySet();

        Registered(ReplicaNetwork.Receiver receiver, Consumer<Registered> remove) {
            this.receiver = receiver;
            this.remove = () -> remove.accept(this);
        }

        /** Whatever it still holds must not use up the sender's credit for ever. */
        @Override
        public void close() {
            remove.run();
            waiting.forEach(Delivery::run);
        }
    }

    /** One message on its way through a replica. */
    private record Delivery(Registered to, int bytes, Runnable done) implements Runnable {
        @Override
        public void run() {
            if (to.waiting.remove(this)) {
                to.waitingBytes.addAndGet(-bytes);
                done.run();
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * Nobody yet.
     *
     * @param maxWaitingBytes of messages of one replica that it has not worked off; a message that is alone is always taken
     */
    ReplicaRegistry(long maxWaitingBytes) {
        this.maxWaitingBytes = maxWaitingBytes;
    }

    /** Enters a replica; one of the same name that is still there is replaced. What is returned takes this one out again. */
    Registration register(PartitionId log, ReplicaId replica, ReplicaNetwork.Receiver receiver) {
        Key key = new Key(log, replica);
        Registered registered = new Registered(receiver, itself -> replicas.remove(key, itself));
        Registered before = replicas.put(key, registered);
        if (before != null) {
            before.close();
        }
        return registered;
    }

    /**
     * Hands a message over.
     *
     * @param bytes that it counts
     * @param done run when it has been worked off, at once if it is dropped
     */
    void deliver(
            PartitionId log,
            ReplicaId to,
            ReplicaId from,
            Message message,
            int bytes,
            Runnable done,
            LinkCounters counters) {
        Registered registered = replicas.get(new Key(log, to));
        if (registered == null) {
            counters.dropped(Dropped.NO_RECEIVER, 1);
            done.run();
            return;
        }
        long before = registered.waitingBytes.getAndAdd(bytes);
        if (before > 0 && before + bytes > maxWaitingBytes) {
            registered.waitingBytes.addAndGet(-bytes);
            counters.dropped(Dropped.RECEIVER_FULL, 1);
            done.run();
            return;
        }
        Delivery delivery = new Delivery(registered, bytes, done);
        registered.waiting.add(delivery);
        registered.receiver.received(from, message, delivery);
        if (replicas.get(new Key(log, to)) != registered) {
            delivery.run(); // It was taken out meanwhile, perhaps before this was in.
        }
    }

    int size() {
        return replicas.size();
    }
}
