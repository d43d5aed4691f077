package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Looks for a good batch behind bytes that are none. A torn tail has none; if there is one, the bytes before it were whole
 * once and are damaged now (rule 14).
 *
 * <p>A batch can begin at any byte. Most bytes are refused by the magic, the length and the offset, which has to be one that
 * the log could have reached: so a batch inside of a record's value (a mirrored one) is not mistaken for one of the log.
 */
final class TailSearch {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int MAGIC_AT = 16;

    private TailSearch() {}

    /** Where the first good batch behind that position begins, or -1. */
    static long batchAfter(StoredFile file, long position, long end, long smallestOffset) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, end - position));
        long from = position + 1;
        while (end - from >= RecordBatch.HEADER_BYTES) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), end - from));
            file.read(chunk, from);
            chunk.flip();
            int candidates = chunk.limit() - RecordBatch.HEADER_BYTES + 1;
            if (candidates <= 0) {
                return -1;
            }
            for (int at = 0; at < candidates; at++) {
                if (chunk.get(at + MAGIC_AT) == RecordBatch.MAGIC
                        && couldBe(chunk, at, end - from - at, smallestOffset)
                        && new BatchScanner(file, from + at, end, true).next()) {
                    return from + at;
                }
            }
            from += candidates;
        }
        return -1;
    }

    private static boolean couldBe(ByteBuffer chunk, int at, long bytesLeft, long smallestOffset) {
        if (BatchScanner.implausible(chunk, at) != null) {
            return false;
        }
        RecordBatch header = RecordBatch.headerAt(chunk.slice(at, RecordBatch.HEADER_BYTES));
        return header.sizeInBytes() <= bytesLeft
                && header.baseOffset() >= smallestOffset
                && header.baseOffset() - smallestOffset <= Integer.MAX_VALUE;
    }
}
