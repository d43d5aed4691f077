package io.tailrace.engine.replication;

import io.tailrace.engine.log.Log;
import io.tailrace.engine.replication.quorum.SnapshotStore;
import java.nio.ByteBuffer;

/** Makes the snapshots of one replica from its own log, and keeps them. Blocking; safe for several threads. */
public interface SnapshotMaker extends SnapshotStore {
    /** Of a replica whose log never has to be let go of for others. */
    SnapshotMaker NONE = new SnapshotMaker() {
        @Override
        public long newestOffset() {
            return 0;
        }

        @Override
        public long make(Log log, long highWatermark, long nowMillis) {
            return 0;
        }

        @Override
        public Part read(long offset, int position, int maxBytes) {
            return SnapshotStore.NONE.read(offset, position, maxBytes);
        }

        @Override
        public void store(long offset, ByteBuffer bytes) {
            SnapshotStore.NONE.store(offset, bytes);
        }
    };

    /** What the newest one is as of that can be read, or 0. */
    long newestOffset();

    /**
     * Makes a snapshot from the log, durably, unless there is a later one.
     *
     * @param highWatermark where it ends: everything below is committed, and in the log
     * @return what the newest one is as of
     * @throws io.tailrace.engine.error.TailraceException DISK_FULL, IO_FAILED; CORRUPT_LOG
     */
    long make(Log log, long highWatermark, long nowMillis);
}
