package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.LogScrub;

/**
 * Reads a log through, a piece at a time, up to the first damaged record (rule 13): for who has no way to mend one but to open the log
 * anew. For one thread at a time; nobody else waits for it.
 */
public final class Scrub implements AutoCloseable {
    private final LogScrub scrub;
    private long damagedAt = -1;

    Scrub(Log log) {
        this.scrub = log.newScrub();
    }

    /**
     * Checks the next piece of what is on the disk, and begins anew after the last.
     *
     * @param maxBytes about how many bytes are read, and kept in memory meanwhile
     * @return how many they were; 0 at the end of a round
     * @throws TailraceException CORRUPT_LOG: there is damage at {@link #offset()}, for {@link ReplicaDisk#damaged}; IO_FAILED, CLOSED
     */
    public int step(int maxBytes) {
        damagedAt = -1;
        int bytes = scrub.step(maxBytes, this::found);
        if (damagedAt >= 0) {
            throw new TailraceException(ErrorCode.CORRUPT_LOG, "There is damage at offset " + damagedAt + ".");
        }
        return bytes;
    }

    private void found(LogDamage damage) {
        if (damage.kind() == LogDamage.Kind.RECORDS && damagedAt < 0) {
            damagedAt = damage.offset();
        }
    }

    /** Where it goes on, or where damage was found last. */
    public long offset() {
        return damagedAt >= 0 ? damagedAt : scrub.offset();
    }

    @Override
    public void close() {
        scrub.close();
    }
}
