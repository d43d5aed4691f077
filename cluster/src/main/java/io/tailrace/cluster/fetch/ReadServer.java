package io.tailrace.cluster.fetch;

import io.tailrace.cluster.link.Incoming;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.partition.PartitionId;
import java.util.function.Function;

/**
 * Answers readers on other nodes from the replicas of this one. What one other node has on its way to it is bounded: of answers with
 * batches by a number of bytes, for which reads wait; of readers that wait at the tail by their number, and what each gets then is small.
 */
public final class ReadServer implements Incoming.Factory {
    private final Function<PartitionId, PartitionReader> readers;
    private final long pendingBytes;
    private final int maxReaders;

    /**
     * Over what this node holds.
     *
     * @param readers opens a reader of a replica here; cheap, does no I/O
     * @param pendingBytes of batches that may be on the way to one other node
     * @param maxReaders that one other node may have here
     */
    public ReadServer(Function<PartitionId, PartitionReader> readers, long pendingBytes, int maxReaders) {
        this.readers = readers;
        this.pendingBytes = pendingBytes;
        this.maxReaders = maxReaders;
    }

    @Override
    public Incoming open(String peer, Incoming.Replies replies) {
        return new ReadSession(readers, new ByteBudget(pendingBytes), pendingBytes, maxReaders, replies);
    }
}
