package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;

/**
 * Where a replica's snapshots lie: what its partition remembers of producers as of an offset at or below the high watermark. Each
 * replica makes its own from its log; one is sent only to a replica whose log has to begin anew. What is in one is no business
 * of replication. Blocking.
 */
public interface SnapshotStore {
    /**
     * Of nobody who has snapshots: nothing is ever read here, and nothing can be stored.
     */
    SnapshotStore NONE = new SnapshotStore() {
        @Override
        public Part read(long offset, int position, int maxBytes) {
            return Part.NONE;
        }

        @Override
        public void store(long offset, ByteBuffer bytes) {
            throw new IllegalStateException("Snapshots are not stored here");
        }
    };

    /**
     * Some bytes of a snapshot.
     *
     * @param offset what the snapshot is as of, or -1 if there is none
     * @param totalBytes how many bytes it has altogether
     * @param bytes those from the position asked for on
     */
    record Part(long offset, int totalBytes, ByteBuffer bytes) {
        /** There is no such snapshot. */
        public static final Part NONE = new Part(-1, 0, ByteBuffer.allocate(0).asReadOnlyBuffer());
    }

    /**
     * Reads some of a snapshot that is in order.
     *
     * @param offset what it is as of, or -1 for the newest
     * @return {@link Part#NONE} if there is no such snapshot, or not any more
     * @throws TailraceException IO_FAILED
     */
    Part read(long offset, int position, int maxBytes);

    /**
     * Stores one that another replica's store has read, durably.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED; CORRUPT_LOG if it is none
     */
    void store(long offset, ByteBuffer bytes);
}
