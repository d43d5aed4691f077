package io.tailrace.engine.log;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;

/**
 * Mends what a {@link LogScrub} has found, while the log is read and appended to. Records are written over with those of a peer, the
 * same to the byte, after what stood there has been copied to quarantine, durably; a crash on the way leaves damage at the same place.
 * What can be told from the records, or is known in memory, is written again. Any thread; appends wait meanwhile, readers do not.
 */
public final class LogMending {
    private final Log log;
    private final SegmentChain chain;

    LogMending(Log log, SegmentChain chain) {
        this.log = log;
        this.chain = chain;
    }

    /**
     * Puts these batches where records are damaged.
     *
     * @param batches of a peer, committed
     * @return whether that was done; not if they do not fit exactly, or the log has changed there
     * @throws TailraceException DISK_FULL, IO_FAILED, CLOSED; CORRUPT_LOG if it was damaged too often
     */
    public boolean putRecords(LogDamage damage, ByteBuffer batches) {
        return log.exclusively("Mending", () -> {
            Segment segment = chain.segmentAt(damage.offset());
            boolean same = damage.generation() == chain.truncations()
                    && segment.path().equals(damage.file())
                    && damage.endPosition() <= segment.size();
            if (!same || !fits(damage, batches)) {
                return false;
            }
            chain.flush();
            new Quarantine(chain.files(), log.directory())
                    .keep(segment.baseOffset(), damage.position(), damage.endPosition());
            try (StoredFile file = chain.files().openForWrite(segment.path())) {
                file.write(batches.duplicate(), damage.position());
                file.force(true);
            }
            return true;
        });
    }

    /** Another log may have been compacted where this one has not. */
    private boolean fits(LogDamage damage, ByteBuffer batches) {
        ByteBuffer left = batches.duplicate();
        if (left.remaining() != damage.endPosition() - damage.position()) {
            return false;
        }
        long next = damage.offset();
        while (left.hasRemaining()) {
            boolean header = left.remaining() >= RecordBatch.HEADER_BYTES
                    && BatchScanner.implausible(left, left.position()) == null;
            RecordBatch batch =
                    header ? RecordBatch.headerAt(left.slice(left.position(), RecordBatch.HEADER_BYTES)) : null;
            if (batch == null
                    || batch.sizeInBytes() > left.remaining()
                    || batch.baseOffset() != next
                    || batch.leaderEpoch() != chain.epochs().epochAt(next)
                    || !RecordBatch.at(left.duplicate()).checksumMatches()) {
                return false;
            }
            left.position(left.position() + batch.sizeInBytes());
            next = batch.nextOffset();
        }
        return next == damage.endOffset();
    }

    /**
     * Makes an index again, or writes a small file.
     *
     * @return whether it is good now; not if it cannot be told what should be in it
     * @throws TailraceException DISK_FULL, IO_FAILED, CLOSED
     */
    public boolean makeAgain(LogDamage damage) {
        return log.exclusively("Mending", () -> {
            if (damage.kind() == LogDamage.Kind.INDEX) {
                Segment segment = chain.segmentAt(damage.offset());
                if (segment.indexFile().path().equals(damage.file()) && chain.segmentAfter(segment) != null) {
                    segment.makeClosedIndexAgain();
                }
                return true;
            }
            log.writeAgain(String.valueOf(damage.file().getFileName()));
            return chain.problemOf(damage.file()) == null;
        });
    }
}
