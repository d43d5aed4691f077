package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the batches of a file in bulk reads, with or without their checksums. Its memory is one chunk, whatever a
 * damaged length field says. Stops at the first thing that is not a batch and says why; knows nothing of offsets that should
 * follow each other.
 */
final class BatchScanner {
    /** The checksum covers everything from the attributes on. */
    private static final int CRC_FROM = 21;

    private static final int CHUNK_BYTES = 1 << 20;
    /** Batches so large are stepped over rather than read when only their headers matter. */
    private static final int STEP_OVER_BYTES = 64 << 10;

    private static final int STEP_CHUNK_BYTES = 4 << 10;

    private final StoredFile file;
    private final long end;
    private final boolean verify;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long chunkStart;
    private long position;
    private int size;
    private int previousSize;
    private @Nullable RecordBatch header;
    private @Nullable String problem;

    /** Walks from one position, where a batch begins, to another. */
    BatchScanner(StoredFile file, long from, long end, boolean verify) {
        this.file = file;
        this.position = from;
        this.end = end;
        this.verify = verify;
    }

    /** Steps to the next batch. False at the end, and at something that is no good batch: then there is a problem. */
    boolean next() throws IOException {
        if (problem != null) {
            return false;
        }
        position += size;
        previousSize = size;
        size = 0;
        header = null;
        if (position >= end) {
            return false;
        }
        problem = read();
        return problem == null;
    }

    private @Nullable String read() throws IOException {
        if (!load(position, RecordBatch.HEADER_BYTES)) {
            return "truncated tail: " + (end - position) + " bytes are left, fewer than a batch header has";
        }
        int at = (int) (position - chunkStart);
        String implausible = implausible(chunk, at);
        if (implausible != null) {
            return implausible;
        }
        byte[] copy = new byte[RecordBatch.HEADER_BYTES];
        chunk.get(at, copy);
        RecordBatch found = RecordBatch.headerAt(ByteBuffer.wrap(copy));
        if (position + found.sizeInBytes() > end) {
            return "truncated tail: a batch of " + found.sizeInBytes() + " bytes is cut off after " + (end - position);
        }
        header = found;
        String problem = verify ? checksumProblem(found) : null;
        if (problem != null) {
            return problem;
        }
        size = found.sizeInBytes();
        return null;
    }

    /** Why the bytes there cannot be a batch's header, or {@code null}. */
    static @Nullable String implausible(ByteBuffer bytes, int at) {
        RecordBatch found = RecordBatch.headerAt(bytes.slice(at, RecordBatch.HEADER_BYTES));
        if (found.magic() != RecordBatch.MAGIC) {
            return "no batch begins here (magic " + found.magic() + ")";
        }
        long length = (long) found.sizeInBytes() - RecordBatch.LENGTH_PREFIX_BYTES;
        if (found.sizeInBytes() < RecordBatch.HEADER_BYTES) {
            return "a batch header with length " + length;
        }
        if (found.baseOffset() < 0 || found.lastOffsetDelta() < 0 || found.recordCount() < 0) {
            return "a batch header with offset " + found.baseOffset() + ", last offset delta " + found.lastOffsetDelta()
                    + " and " + found.recordCount() + " records";
        }
        return null;
    }

    private @Nullable String checksumProblem(RecordBatch found) throws IOException {
        CRC32C crc = new CRC32C();
        long from = position + CRC_FROM;
        long to = position + found.sizeInBytes();
        while (from < to) {
            int part = (int) Math.min(CHUNK_BYTES, to - from);
            if (!load(from, part)) {
                return "the file ends within the batch at offset " + found.baseOffset();
            }
            crc.update(chunk.slice((int) (from - chunkStart), part));
            from += part;
        }
        boolean matches = (int) crc.getValue() == found.crc();
        return matches ? null : "the batch at offset " + found.baseOffset() + " fails its checksum";
    }

    /** Makes sure that the chunk holds that many bytes from there; false if the file has fewer. */
    private boolean load(long from, int bytes) throws IOException {
        if (from + bytes > end) {
            return false;
        }
        if (from >= chunkStart && from + bytes <= chunkStart + chunk.limit()) {
            return true;
        }
        boolean stepOver = !verify && previousSize >= STEP_OVER_BYTES;
        int want = (int) Math.min(stepOver ? Math.max(bytes, STEP_CHUNK_BYTES) : CHUNK_BYTES, end - from);
        if (chunk.capacity() < want) {
            chunk = ByteBuffer.allocate(want);
        }
        chunk.clear().limit(want);
        file.read(chunk, from);
        chunk.flip();
        chunkStart = from;
        return chunk.limit() >= bytes;
    }

    /** Where the batch, or what is not one, begins. */
    long position() {
        return position;
    }

    /** The batch's header, in bytes of its own. */
    RecordBatch header() {
        if (header == null) {
            throw new IllegalStateException("No batch at " + position);
        }
        return header;
    }

    /** The whole batch, which is good until the next step. */
    RecordBatch batch() throws IOException {
        int bytes = header().sizeInBytes();
        if (position >= chunkStart && position + bytes <= chunkStart + chunk.limit()) {
            return RecordBatch.at(chunk.slice((int) (position - chunkStart), bytes));
        }
        ByteBuffer large = ByteBuffer.allocate(bytes);
        file.read(large, position);
        return RecordBatch.at(large.flip());
    }

    /** The header, also if the checksum fails; {@code null} if not even a header could be read. */
    @Nullable
    RecordBatch headerOrNull() {
        return header;
    }

    /** Goes on behind a batch whose header is plausible though its checksum is not. */
    void stepOverProblem() {
        size = header().sizeInBytes();
        problem = null;
    }

    /** What is wrong at the position, or {@code null}. */
    @Nullable
    String problem() {
        return problem;
    }
}
