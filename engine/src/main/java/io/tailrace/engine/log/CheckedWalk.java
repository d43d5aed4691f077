package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;

/**
 * Walks over the batches of a closed segment and stops at what is damaged: what compaction writes anew gets a new checksum, so nothing
 * wrong must get through it.
 */
final class CheckedWalk {
    private final Segment segment;
    private final EpochIndex epochs;
    private final BatchScanner scanner;
    private long expected;

    /** From the segment's first batch to its last. */
    CheckedWalk(Segment segment, EpochIndex epochs, boolean checksums) throws IOException {
        this.segment = segment;
        this.epochs = epochs;
        this.scanner = new BatchScanner(segment.reader(), 0, segment.size(), checksums);
        this.expected = segment.baseOffset();
    }

    /**
     * Steps to the next batch; false at the end.
     *
     * @throws io.tailrace.engine.error.TailraceException CORRUPT_LOG
     */
    boolean next() throws IOException {
        if (!scanner.next()) {
            String problem = scanner.problem();
            if (problem == null && expected != segment.nextOffset()) {
                problem = "the segment ends at offset " + expected + ", not at " + segment.nextOffset();
            }
            if (problem != null) {
                throw LogErrors.corrupt(segment.path(), scanner.position(), problem);
            }
            return false;
        }
        RecordBatch header = scanner.header();
        int epoch = epochs.epochAt(header.baseOffset());
        if (header.baseOffset() != expected || header.leaderEpoch() != epoch) {
            throw LogErrors.corrupt(
                    segment.path(),
                    scanner.position(),
                    "a batch with offset " + header.baseOffset() + " of epoch " + header.leaderEpoch() + " where "
                            + expected + " of epoch " + epoch + " has to follow");
        }
        expected = header.nextOffset();
        return true;
    }

    RecordBatch header() {
        return scanner.header();
    }

    /** The whole batch, which is good until the next step. */
    RecordBatch batch() throws IOException {
        return scanner.batch();
    }
}
