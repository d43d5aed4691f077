package io.tailrace.engine.partition;

import io.tailrace.engine.replication.Replica;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/** The way to the records that the peers of a replica have. */
@FunctionalInterface
public interface PeerRecords {
    /** Of replicas that have no peers. */
    PeerRecords NONE = (replica, offset, endOffset, maxBytes, taker) -> false;

    /**
     * Gets the committed batches of these offsets from one peer after the other, until one's are taken. Blocking, bounded in time.
     *
     * @param maxBytes who has more there has something else
     * @param taker is shown a peer's batches, from position to limit; whether they are what is wanted
     * @return whether somebody's were taken
     */
    boolean read(Replica replica, long offset, long endOffset, int maxBytes, Predicate<ByteBuffer> taker);
}
