package io.tailrace.engine.log;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogProblem.Code;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads one segment from end to end and checks every batch: checksum, offset, epoch. Behind what is bad it looks for the next
 * good batch and goes on. Its index is checked on the way. Memory: a chunk of the file, whatever is in it.
 */
final class SegmentCheck {
    private static final int MAX_CONTROL_BYTES = 64 << 10;

    private final Path path;
    private final long baseOffset;
    /** {@code null} if it is lost: then epochs only must not go back. */
    private final @Nullable EpochIndex epochs;

    private final Findings findings;

    private long expected;
    /** After a batch with an unexpected offset: what follows if it was that batch that was right. */
    private long expectedOtherwise;

    private int epoch;
    private long size;
    private long batches;
    /** How many data batches the log has before this segment. */
    private final long countedBefore;

    private long dataBatches;
    private long largestTimestamp = Long.MIN_VALUE;
    private long largestAnnounced = -1;
    private long tornFrom = -1;
    private @Nullable String tornBecause;
    private boolean damaged;

    SegmentCheck(
            Path path,
            long baseOffset,
            long countedBefore,
            int epochBefore,
            @Nullable EpochIndex epochs,
            Findings findings) {
        this.path = path;
        this.countedBefore = countedBefore;
        this.baseOffset = baseOffset;
        this.epoch = epochBefore;
        this.epochs = epochs;
        this.findings = findings;
        this.expected = baseOffset;
        this.expectedOtherwise = baseOffset;
    }

    /** Reads it all. What is bad up to the very end is left to the caller to judge: {@link #tornFrom}. */
    void run(StoredFile file, IndexCheck index) throws IOException {
        size = file.size();
        long from = 0;
        while (from < size) {
            BatchScanner scanner = new BatchScanner(file, from, size, true);
            while (scanner.next()) {
                good(file, index, scanner.position(), scanner.header());
            }
            String problem = scanner.problem();
            if (problem == null) {
                break;
            }
            long next = nextGood(file, scanner);
            if (next < 0) {
                tornFrom = scanner.position();
                tornBecause = problem;
                damaged = true;
                index.distrust();
                break;
            }
            error(
                    Code.BAD_BATCH,
                    scanner.position(),
                    expected,
                    problem + "; the next good batch begins at byte " + next);
            expected = RecordBatch.headerAt(header(file, next)).baseOffset();
            expectedOtherwise = expected;
            index.distrust();
            from = next;
        }
        index.end(size, expected - baseOffset, dataBatches, largestTimestamp);
    }

    private void error(Code code, long position, long offset, String what) {
        damaged = true;
        findings.damaged(code, path, position, offset, what);
    }

    private static ByteBuffer header(StoredFile file, long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        file.read(bytes, position);
        return bytes.flip();
    }

    /** Where its length says if a batch is there, else anywhere behind. */
    private long nextGood(StoredFile file, BatchScanner scanner) throws IOException {
        RecordBatch header = scanner.headerOrNull();
        if (header != null) {
            long behind = scanner.position() + header.sizeInBytes();
            if (behind < size) {
                BatchScanner follower = new BatchScanner(file, behind, size, true);
                if (follower.next() && follower.header().baseOffset() == header.nextOffset()) {
                    return behind;
                }
            }
        }
        return TailSearch.batchAfter(file, scanner.position(), size, expected);
    }

    private void good(StoredFile file, IndexCheck index, long position, RecordBatch header) throws IOException {
        long records = header.lastOffsetDelta() + 1L;
        long offset = header.baseOffset();
        if (offset == expected || offset == expectedOtherwise) {
            expected = offset + records;
            expectedOtherwise = expected;
        } else {
            error(
                    Code.BAD_OFFSET,
                    position,
                    expected,
                    "a batch with offset " + offset + " where " + expected + " has to follow");
            index.distrust();
            // Either this batch's offset is damaged, or batches are missing before it: the next one tells.
            expectedOtherwise = offset + records;
            expected += records;
        }
        checkEpoch(position, expected - records, header.leaderEpoch());
        index.batch(position, expected - records - baseOffset, dataBatches, largestTimestamp);
        batches++;
        if (header.isControl()) {
            note(file, position, header);
        } else {
            dataBatches = header.countedAfter(countedBefore + dataBatches) - countedBefore;
            largestTimestamp = Math.max(largestTimestamp, header.maxTimestamp());
        }
    }

    private void checkEpoch(long position, long offset, int found) {
        int due = epochs == null ? Math.max(epoch, found) : epochs.epochAt(offset);
        if (found != due) {
            error(Code.BAD_EPOCH, position, offset, "a batch of epoch " + found + " where epoch " + due + " is due");
        }
        epoch = due;
    }

    private void note(StoredFile file, long position, RecordBatch header) throws IOException {
        if (header.sizeInBytes() <= MAX_CONTROL_BYTES) {
            ByteBuffer bytes = ByteBuffer.allocate(header.sizeInBytes());
            file.read(bytes, position);
            RecordBatch batch = RecordBatch.at(bytes.flip());
            try {
                if (ControlRecords.isLogStart(batch)) {
                    largestAnnounced = Math.max(largestAnnounced, ControlRecords.logStartOf(batch));
                }
            } catch (TailraceException e) {
                error(Code.UNKNOWN_VERSION, position, header.baseOffset(), String.valueOf(e.getMessage()));
            }
        }
    }

    // --- what was found ----------------------------------------------------------------------------------------------

    /** Where something begins that is bad up to the end of the file, or -1. */
    long tornFrom() {
        return tornFrom;
    }

    /** What is wrong there. */
    String tornBecause() {
        return String.valueOf(tornBecause);
    }

    /** Whether anything but the index is wrong, the end included. */
    boolean isDamaged() {
        return damaged;
    }

    /** The offset after the last good batch. */
    long nextOffset() {
        return expected;
    }

    int lastEpoch() {
        return epoch;
    }

    long size() {
        return size;
    }

    long batches() {
        return batches;
    }

    long dataBatches() {
        return dataBatches;
    }

    /** The greatest start of the log that a batch in here announces, or -1. */
    long largestAnnounced() {
        return largestAnnounced;
    }
}
