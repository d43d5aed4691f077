package io.tailrace.engine.log;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Finds things in a log by time and by sequence number. */
final class LogSearch {
    /** More than this a batch does not decompress to for a look-up. */
    private static final int MAX_DECODED_BYTES = 128 << 20;

    private final Log log;
    private final SegmentChain chain;

    LogSearch(Log log, SegmentChain chain) {
        this.log = log;
        this.chain = chain;
    }

    /** Looks again if segments were exchanged or cut off meanwhile: it may have passed over what was in them. */
    OptionalLong offsetForTimestamp(long timestampMillis, long limitOffset) {
        while (true) {
            int seen = chain.truncations();
            try {
                OptionalLong found = inAllSegments(timestampMillis, limitOffset);
                if (isAsItWas(seen)) {
                    return found;
                }
            } catch (TailraceException e) {
                if (isAsItWas(seen)) {
                    throw e;
                }
            }
            log.awaitTruncation();
        }
    }

    private boolean isAsItWas(int seen) {
        return seen % 2 == 0 && chain.truncations() == seen;
    }

    private OptionalLong inAllSegments(long timestampMillis, long limitOffset) {
        log.ensureOpen();
        for (Segment segment : chain.segments()) {
            if (segment.baseOffset() >= limitOffset) {
                break;
            }
            if (segment.largestTimestamp() < timestampMillis || isOver(segment)) {
                continue;
            }
            OptionalLong found = inOneSegment(segment, timestampMillis, limitOffset);
            if (found.isPresent()) {
                return found.getAsLong() < limitOffset ? found : OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    /** Whether the log begins behind that closed segment, so that it may be deleted any moment. */
    private boolean isOver(Segment segment) {
        Segment next = chain.segmentAfter(segment);
        return next != null && next.baseOffset() <= chain.startOffset();
    }

    private OptionalLong inOneSegment(Segment segment, long timestamp, long limit) {
        try {
            return offsetForTimestamp(segment, timestamp, limit, chain.startOffset());
        } catch (IOException | TailraceException e) {
            log.ensureOpen();
            if (isOver(segment)) {
                return OptionalLong.empty();
            }
            throw e instanceof TailraceException named ? named : LogErrors.failed(log.directory(), "Searching", e);
        }
    }

    /**
     * Behind the last entry before which all timestamps are smaller, and behind the last at or below the log's start, in the
     * first batches whose header admits it.
     */
    private static OptionalLong offsetForTimestamp(Segment segment, long timestamp, long limit, long logStart)
            throws IOException {
        int size = segment.size();
        IndexEntry byTime = timestamp == Long.MIN_VALUE
                ? IndexEntry.START
                : segment.floor(IndexEntries.Key.TIMESTAMP, timestamp - 1);
        IndexEntry byStart = segment.floor(IndexEntries.Key.OFFSET, logStart - segment.baseOffset());
        int from = Math.max(byTime.position(), byStart.position());
        BatchScanner scanner = new BatchScanner(segment.reader(), from, size, false);
        while (scanner.next()) {
            RecordBatch header = scanner.header();
            if (header.baseOffset() >= limit) {
                return OptionalLong.empty();
            }
            if (!header.isControl() && header.maxTimestamp() >= timestamp && header.lastOffset() >= logStart) {
                OptionalLong found = firstRecord(segment, scanner.position(), header, timestamp, logStart);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        ensureGood(segment, scanner);
        return OptionalLong.empty();
    }

    /** Decodes the batch; nothing if its header promised a timestamp that none of its records has. */
    private static OptionalLong firstRecord(
            Segment segment, long position, RecordBatch header, long timestamp, long logStart) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(header.sizeInBytes());
        segment.read(bytes, position);
        RecordBatch batch = RecordBatch.at(bytes.flip());
        if (!batch.checksumMatches()) {
            throw LogErrors.corrupt(
                    segment.path(), position, "the batch at offset " + header.baseOffset() + " fails its checksum");
        }
        RecordCursor records = batch.cursor(MAX_DECODED_BYTES);
        while (records.next()) {
            if (records.timestamp() >= timestamp && records.offset() >= logStart) {
                return OptionalLong.of(records.offset());
            }
        }
        return OptionalLong.empty();
    }

    private static void ensureGood(Segment segment, BatchScanner scanner) {
        String problem = scanner.problem();
        if (problem != null) {
            throw LogErrors.corrupt(segment.path(), scanner.position(), problem);
        }
    }

    void replay(long from, long to, boolean checksums, ReplayVisitor visitor) {
        log.ensureOpen();
        try {
            for (Segment segment : chain.segments()) {
                if (segment.baseSequence() >= to) {
                    return;
                }
                if (segment.lastSequence() >= from) {
                    replay(segment, from, to, checksums, visitor);
                }
            }
        } catch (IOException e) {
            log.ensureOpen();
            throw LogErrors.failed(log.directory(), "Replaying", e);
        }
    }

    private void replay(Segment segment, long from, long to, boolean checksums, ReplayVisitor visitor)
            throws IOException {
        long end = chain.endOffset();
        int size = segment.size();
        long skip = Math.max(0, from - segment.baseSequence() - 1);
        IndexEntry start = segment.floor(IndexEntries.Key.SEQUENCE, skip);
        BatchScanner scanner = new BatchScanner(segment.reader(), start.position(), size, checksums);
        long sequence = segment.baseSequence() + start.relativeSequence();
        long expected = segment.baseOffset() + start.relativeOffset();
        while (scanner.next()) {
            RecordBatch header = scanner.header();
            if (expected >= end) {
                return;
            }
            if (header.baseOffset() != expected
                    || header.leaderEpoch() != chain.epochs().epochAt(expected)) {
                throw LogErrors.corrupt(
                        segment.path(),
                        scanner.position(),
                        "a batch with offset " + header.baseOffset() + " of epoch " + header.leaderEpoch() + " where "
                                + expected + " of epoch " + chain.epochs().epochAt(expected) + " has to follow");
            }
            expected = header.nextOffset();
            if (header.isControl()) {
                continue;
            }
            if (sequence >= to) {
                return;
            }
            sequence = header.countedAfter(sequence);
            if (sequence >= from) {
                visitor.visit(Math.min(sequence, to), header);
            }
        }
        ensureGood(segment, scanner);
    }
}
