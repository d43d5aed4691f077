package io.tailrace.engine.replication;

import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Carries messages between the replicas of several homes in one process, but to and from nodes that are cut off. */
public final class MemoryNetwork implements ReplicaNetwork {
    private final Map<ReplicaId, Receiver> receivers = new ConcurrentHashMap<>();
    private final Set<String> cutOff = ConcurrentHashMap.newKeySet();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Executor carrier;

    /** Messages arrive on that executor's thread; one thread keeps their order. */
    public MemoryNetwork(Executor carrier) {
        this.carrier = carrier;
    }

    public void cutOff(String nodeId) {
        cutOff.add(nodeId);
    }

    public void heal() {
        cutOff.clear();
    }

    /** Messages that have been received and are not worked off. */
    int underWay() {
        return underWay.get();
    }

    @Override
    public Connection connect(String log, ReplicaId self, Receiver receiver) {
        receivers.put(self, receiver);
        return new Connection() {
            @Override
            public void send(ReplicaId to, Message message) {
                carrier.execute(() -> {
                    Receiver there = receivers.get(to);
                    if (there != null && !cutOff.contains(self.nodeId()) && !cutOff.contains(to.nodeId())) {
                        underWay.incrementAndGet();
                        there.received(self, message, underWay::decrementAndGet);
                    }
                });
            }

            @Override
            public void close() {
                receivers.remove(self, receiver);
            }
        };
    }
}
