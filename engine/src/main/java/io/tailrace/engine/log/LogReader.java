package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole batches from a log, one large read at a time, and remembers where it stopped, so that reading on needs no
 * look-up. It takes no lock and never makes the writer wait. For one thread at a time.
 *
 * <p>Headers are checked: that they are plausible, follow each other, and have the epoch that the epoch index says. The
 * records' checksum is the business of who decodes them, and so it is to step over the records of the first batch that lie
 * below the offset asked for, or below the log's start.
 */
public final class LogReader implements AutoCloseable {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();
    /** Enough for a header, however little is asked for. */
    private static final int MIN_READ_BYTES = 1024;

    private final Log log;
    private final SegmentChain chain;
    private @Nullable Segment segment;
    private long position;
    /** The offset that the batch at the position has to have. */
    private long positionOffset;

    private long nextOffset = -1;
    private int truncations;
    private long logEnd;
    /** What may lie between an index entry and the batch looked for, to be read as well. */
    private int stepOverBytes;

    LogReader(Log log, SegmentChain chain) {
        this.log = log;
        this.chain = chain;
    }

    /**
     * Whole batches from the one that holds the offset on, up to the limit and, but for the first batch, of no more than so
     * many bytes altogether. Nothing crosses from one segment to the next, so less may come than there is.
     *
     * @param offset the first record wanted
     * @param maxBytes about how many bytes are wanted; a first batch that is larger comes whole
     * @param limitOffset batches that reach this offset do not come: the committed offset, or the log's end
     * @return the bytes in a heap buffer of their own, from position to limit; empty at the limit and at the end
     * @throws TailraceException {@link ErrorCode#OFFSET_OUT_OF_RANGE} below the log's start or above its end,
     *     {@link ErrorCode#CORRUPT_LOG}, {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public ByteBuffer read(long offset, int maxBytes, long limitOffset) {
        int seen = chain.truncations();
        try {
            return attempt(offset, maxBytes, limitOffset);
        } catch (IOException | TailraceException e) {
            segment = null;
            if (offset < chain.startOffset()) {
                throw outOfRange(offset); // Its segment may have been deleted under the reader.
            }
            if (chain.truncations() != seen || seen % 2 != 0) {
                log.awaitTruncation();
                return read(offset, maxBytes, limitOffset);
            }
            if (e instanceof TailraceException named) {
                throw named;
            }
            log.ensureOpen();
            throw LogErrors.failed(log.directory(), "Reading", e);
        }
    }

    private ByteBuffer attempt(long offset, int maxBytes, long limitOffset) throws IOException {
        log.ensureOpen();
        long end = chain.endOffset();
        logEnd = end;
        if (offset < chain.startOffset() || offset > end) {
            throw outOfRange(offset);
        }
        long limit = Math.min(limitOffset, end);
        if (offset >= limit) {
            return NOTHING;
        }
        Segment from = place(offset);
        return take(from, offset, Math.max(maxBytes, 1), limit);
    }

    private TailraceException outOfRange(long offset) {
        return new TailraceException(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                "Offset " + offset + " is outside of the log, which has " + chain.startOffset() + " to "
                        + chain.endOffset() + ": choose one of those.");
    }

    /** Finds the segment and a position at or before the offset's batch. */
    private Segment place(long offset) throws IOException {
        Segment at = segment;
        if (at == null || nextOffset != offset || truncations != chain.truncations()) {
            truncations = chain.truncations();
            at = chain.segmentAt(offset);
            stepOverBytes = chain.settings().indexIntervalBytes();
            IndexEntry entry = at.floor(IndexEntries.Key.OFFSET, offset - at.baseOffset());
            position = entry.position();
            positionOffset = at.baseOffset() + entry.relativeOffset();
        } else {
            stepOverBytes = 0;
            positionOffset = offset;
            // The order matters: once there is a next segment, this one's size is final.
            Segment next = chain.segmentAfter(at);
            if (next != null && position == at.size()) {
                if (next.baseOffset() != offset) {
                    throw LogErrors.corrupt(
                            at.path(),
                            position,
                            "the segment ends at offset " + offset + ", the next begins at " + next.baseOffset());
                }
                at = next;
                position = 0;
            }
        }
        segment = at;
        nextOffset = -1;
        return at;
    }

    private ByteBuffer take(Segment from, long offset, int maxBytes, long limit) throws IOException {
        int available = from.size() - (int) position;
        long want = Math.max(maxBytes, MIN_READ_BYTES) + (long) stepOverBytes;
        ByteBuffer bytes = fetch(from, (int) Math.max(0, Math.min(available, want)));
        int first = -1;
        int at = 0;
        long expected = positionOffset;
        while (at < available) {
            if (at + RecordBatch.HEADER_BYTES > bytes.limit()) {
                if (first >= 0) {
                    break;
                }
                if (at + RecordBatch.HEADER_BYTES > available) {
                    throw LogErrors.corrupt(from.path(), position + at, "a batch header is cut off");
                }
                bytes = skip(from, at, available - at, Math.max(maxBytes, MIN_READ_BYTES));
                available -= at;
                at = 0;
            }
            int size = checked(from, bytes, at, available, expected);
            RecordBatch header = RecordBatch.headerAt(bytes.slice(at, RecordBatch.HEADER_BYTES));
            if (header.lastOffset() < offset) {
                at += size;
                expected = header.nextOffset();
                continue;
            }
            if (header.lastOffset() >= limit || (first >= 0 && at + size - first > maxBytes)) {
                break;
            }
            if (at + size > bytes.limit()) {
                if (first >= 0) {
                    break;
                }
                bytes = skip(from, at, available - at, Math.max(size, maxBytes));
                available -= at;
                at = 0;
            }
            first = first < 0 ? at : first;
            at += size;
            expected = header.nextOffset();
        }
        if (first < 0) {
            if (at >= available) {
                throw LogErrors.corrupt(from.path(), position + at, "offset " + offset + " is missing at the end");
            }
            return NOTHING;
        }
        position += at;
        nextOffset = expected;
        return bytes.slice(first, at - first);
    }

    /** Moves the position forward by so many bytes, and reads afresh from there. */
    private ByteBuffer skip(Segment from, int bytes, int available, int want) throws IOException {
        position += bytes;
        return fetch(from, Math.min(available, want));
    }

    private ByteBuffer fetch(Segment from, int want) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(want);
        from.read(bytes, position);
        if (bytes.hasRemaining()) {
            throw LogErrors.corrupt(
                    from.path(),
                    position + bytes.position(),
                    "the file ends here, it should have " + from.size() + " bytes");
        }
        return bytes.flip();
    }

    private int checked(Segment from, ByteBuffer bytes, int at, int available, long expected) {
        String problem = BatchScanner.implausible(bytes, at);
        RecordBatch header = RecordBatch.headerAt(bytes.slice(at, RecordBatch.HEADER_BYTES));
        if (problem == null && header.sizeInBytes() > available - at) {
            problem = "a batch of " + header.sizeInBytes() + " bytes, but only " + (available - at) + " are left";
        }
        if (problem == null && header.baseOffset() != expected) {
            problem = "a batch with offset " + header.baseOffset() + " where " + expected + " has to follow";
        }
        if (problem == null && header.baseOffset() < logEnd && header.nextOffset() > logEnd) {
            problem = "a batch up to offset " + header.lastOffset() + " in a log that ends at " + logEnd;
        }
        if (problem == null
                && header.baseOffset() < logEnd
                && header.leaderEpoch() != chain.epochs().epochAt(header.baseOffset())) {
            problem = "a batch of epoch " + header.leaderEpoch() + ", which should be of epoch "
                    + chain.epochs().epochAt(header.baseOffset());
        }
        if (problem != null) {
            throw LogErrors.corrupt(from.path(), position + at, problem);
        }
        return header.sizeInBytes();
    }

    /** The offset that needs no look-up: that behind what was read last, or -1. */
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public void close() {
        segment = null;
    }
}
