package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogDamage.Kind;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads all files of a log through while it is open, a piece at a time, and tells of each damaged range (rule 13): every batch by its
 * checksum, offset and epoch, the index of every closed segment against its batches, every small file by its checksum. Behind
 * damage it goes on with the next good batch. For one thread at a time; nobody else waits for it.
 *
 * <p>What changes under it, since segments are cut off, exchanged or deleted, it looks at again.
 */
public final class LogScrub implements AutoCloseable {
    /** Those that an open log knows by heart; {@code clean-stop} is only there before the first append. */
    static final List<String> SMALL_FILES = List.of(
            EpochIndex.NAME, LogStart.NAME, RecoveryPoint.NAME, CleanStop.NAME, CleanedTo.NAME, TombstoneMarks.NAME);

    private static final IndexEntry START = IndexEntry.START;

    private final Log log;
    private final SegmentChain chain;
    private long next;
    private int generation;

    // Of the segment that is being read:

    private @Nullable Segment segment;
    private IndexFile.@Nullable Entries entries;
    private @Nullable IndexCheck index;
    private @Nullable String noIndex;
    private long position;
    private int dataBatches;
    private long largestTimestamp;

    LogScrub(Log log, SegmentChain chain) {
        this.log = log;
        this.chain = chain;
    }

    /** Where it goes on: the offset of the next batch to be checked. */
    public long offset() {
        return next;
    }

    /**
     * Checks the next piece of what is on the disk, and begins anew after the last.
     *
     * @param maxBytes about how many bytes are read, and kept in memory meanwhile
     * @param found hears of each damaged range
     * @return how many they were; 0 at the end of a round
     * @throws TailraceException IO_FAILED, CLOSED
     */
    public int step(int maxBytes, Consumer<LogDamage> found) {
        log.ensureOpen();
        try {
            int bytes = 0;
            while (bytes == 0) {
                if (chain.truncations() % 2 != 0) {
                    log.awaitTruncation();
                }
                if (!isInForce()) {
                    enter(chain.segmentAt(Math.max(next, log.startOffset())));
                }
                bytes = read(maxBytes, found);
                if (bytes == 0 && !goOn(found)) {
                    checkSmallFiles(found);
                    close();
                    next = 0;
                    return 0;
                }
            }
            return bytes;
        } catch (IOException e) {
            boolean there = isInForce();
            close();
            log.ensureOpen();
            if (there) {
                throw LogErrors.failed(log.directory(), "Looking for damage", e);
            }
            return 1; // Its files have gone under it: it goes on with what is there now.
        }
    }

    /** Whether what is being read is still a segment of the log: it may be deleted, cut off or exchanged at any time. */
    private boolean isInForce() {
        Segment at = segment;
        return at != null && generation == chain.truncations() && chain.holds(List.of(at));
    }

    private void enter(Segment entered) throws IOException {
        close();
        generation = chain.truncations();
        segment = entered;
        next = entered.baseOffset();
        position = 0;
        dataBatches = 0;
        largestTimestamp = START.largestTimestamp();
        noIndex = null;
        // That of the segment which is written to is in memory, and its file is behind.
        if (chain.segmentAfter(entered) != null) {
            try {
                entries = entered.indexFile().entries();
                index = new IndexCheck(entries);
            } catch (IndexFile.BadIndexException e) {
                noIndex = e.getMessage();
            }
        }
    }

    /** Reads on in the segment; 0 at its end, or at the end of what is on the disk. */
    private int read(int maxBytes, Consumer<LogDamage> found) throws IOException {
        Segment at = current();
        long flushed = chain.flushedOffset();
        long size = at.size();
        int bytes = 0;
        BatchScanner scanner = new BatchScanner(at.reader(), position, size, true);
        while (bytes < maxBytes && next < flushed) {
            boolean good = scanner.next();
            String problem = good ? misplaced(scanner.header()) : scanner.problem();
            if (problem == null && !good) {
                break;
            }
            long before = position;
            if (problem == null) {
                take(scanner.header());
            } else {
                stepOver(at, size, problem, found);
                if (generation != chain.truncations()) {
                    return Math.max(1, bytes);
                }
                scanner = new BatchScanner(at.reader(), position, size, true);
            }
            bytes += (int) (position - before);
        }
        return bytes;
    }

    private Segment current() {
        Segment at = segment;
        if (at == null) {
            throw new IllegalStateException("No segment has been entered");
        }
        return at;
    }

    private void take(RecordBatch header) throws IOException {
        Segment at = current();
        if (index != null) {
            index.batch(position, next - at.baseOffset(), dataBatches, largestTimestamp);
        }
        if (!header.isControl()) {
            dataBatches = (int) (header.countedAfter(at.baseSequence() + dataBatches) - at.baseSequence());
            largestTimestamp = Math.max(largestTimestamp, header.maxTimestamp());
        }
        position += header.sizeInBytes();
        next = header.nextOffset();
    }

    /** The checksum covers neither offset nor epoch. */
    private @Nullable String misplaced(RecordBatch header) {
        if (header.baseOffset() != next) {
            return "a batch with offset " + header.baseOffset() + " where " + next + " has to follow";
        }
        int due = chain.epochs().epochAt(next);
        return header.leaderEpoch() == due
                ? null
                : "a batch of epoch " + header.leaderEpoch() + " at offset " + next + ", which is of epoch " + due;
    }

    private void stepOver(Segment at, long size, String problem, Consumer<LogDamage> found) throws IOException {
        long good = nextGood(at, size);
        long end = good < 0 ? size : good;
        long endOffset = good < 0 ? at.nextOffset() : header(at, good).baseOffset();
        if (generation != chain.truncations()) {
            return;
        }
        if (index != null) {
            // How many batches, and of what times, nobody knows: the rest cannot be compared.
            index.distrust();
        }
        // What lies below the log's start nobody reads any more, and nobody has it.
        if (endOffset > log.startOffset()) {
            found.accept(new LogDamage(Kind.RECORDS, at.path(), next, endOffset, position, end, problem, generation));
        }
        position = end;
        next = endOffset;
    }

    /** Where the next batch begins that belongs where it stands, or -1 up to the end of the segment. */
    private long nextGood(Segment at, long size) throws IOException {
        long from = position;
        while (true) {
            from = TailSearch.batchAfter(at.reader(), from, size, next);
            if (from < 0) {
                return -1;
            }
            RecordBatch candidate = header(at, from);
            long behind = from + candidate.sizeInBytes();
            boolean fits = candidate.nextOffset() <= at.nextOffset()
                    && candidate.leaderEpoch() == chain.epochs().epochAt(candidate.baseOffset());
            if (fits && (behind == size || header(at, behind).baseOffset() == candidate.nextOffset())) {
                return from;
            }
        }
    }

    /** What stands there, be it a header or not. */
    private static RecordBatch header(Segment at, long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        at.read(bytes, position);
        return RecordBatch.headerAt(bytes.clear());
    }

    /** Whether there is another segment to read; this one is done with. */
    private boolean goOn(Consumer<LogDamage> found) throws IOException {
        Segment done = current();
        Segment following = chain.segmentAfter(done);
        if (position < done.size() && following != null) {
            return true; // It has been closed just now, and what was not on the disk yet is.
        }
        if (position == done.size()) {
            checkIndex(done, found);
        }
        if (following == null || generation != chain.truncations()) {
            return following != null;
        }
        enter(following);
        return true;
    }

    private void checkIndex(Segment done, Consumer<LogDamage> found) throws IOException {
        String problem = noIndex;
        if (index != null) {
            index.end(position, next - done.baseOffset(), dataBatches, largestTimestamp);
            problem = index.problem();
        }
        if (problem != null && generation == chain.truncations()) {
            found.accept(LogDamage.index(done, problem, generation));
        }
    }

    private void checkSmallFiles(Consumer<LogDamage> found) throws IOException {
        for (String name : SMALL_FILES) {
            Path file = log.directory().resolve(name);
            String problem = log.problemOf(file);
            if (problem != null) {
                found.accept(LogDamage.smallFile(file, problem));
            }
        }
    }

    @Override
    public void close() {
        IndexFile.Entries open = entries;
        segment = null;
        entries = null;
        index = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new TailraceException(
                        ErrorCode.IO_FAILED, "An index cannot be closed (" + e.getMessage() + "): check the disk.", e);
            }
        }
    }
}
