package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.record.RecordBatch;
import java.util.List;

/**
 * Reads a log through, a piece at a time, and compares checksums (rule 13): damage is to be found while the peers still have what
 * it took away. For one thread at a time; nobody else waits for it.
 */
public final class Scrub implements AutoCloseable {
    private final Log log;
    private final LogReader reader;
    private long next;

    Scrub(Log log) {
        this.log = log;
        this.reader = log.newReader();
    }

    /**
     * Checks the next piece of what is on the disk, and begins anew after the last.
     *
     * @param maxBytes about how many bytes are read, and kept in memory meanwhile
     * @return how many they were; 0 at the end of a round
     * @throws TailraceException CORRUPT_LOG: there is damage at {@link #offset()} or behind it, for {@link ReplicaDisk#damaged};
     *     IO_FAILED, CLOSED
     */
    public int step(int maxBytes) {
        next = Math.max(next, log.startOffset());
        long end = log.flushedOffset();
        if (next >= end) {
            next = 0;
            return 0;
        }
        int bytes = 0;
        List<RecordBatch> batches = ReplicaDisk.checked(reader.read(next, maxBytes, end));
        for (RecordBatch batch : batches) {
            bytes += batch.sizeInBytes();
            next = batch.nextOffset();
        }
        return bytes;
    }

    /** Where it goes on. */
    public long offset() {
        return next;
    }

    @Override
    public void close() {
        reader.close();
    }
}
