package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Whether what stands at the very end of a log, beyond the recovery point, is a write that a crash has torn, which nobody was ever
 * told of; or a batch that was whole once, so that it may have been acknowledged (rule 14).
 *
 * <p>Of a torn write something is missing: the file ends too early, or a sector was never written and is all zeros (as in etcd's
 * write-ahead log). Nothing is missing where every sector has been written and the checksum fails all the same, nor where some
 * beginning of the bytes matches the checksum, so that only the length is wrong, which the checksum does not cover.
 */
final class TornTail {
    private static final int SECTOR_BYTES = 512;
    private static final int CRC_FROM = 21;
    private static final int CHUNK_BYTES = 1 << 16;

    private TornTail() {}

    /** Whether the bytes from that position to the end, which begin with no good batch, were a whole batch once. */
    static boolean wasWhole(StoredFile file, long position, long end) throws IOException {
        long left = end - position;
        if (left < RecordBatch.HEADER_BYTES) {
            return false;
        }
        ByteBuffer start = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        file.read(start, position);
        start.flip();
        if (BatchScanner.implausible(start, 0) != null) {
            return !hasUnwrittenSector(file, position, position + RecordBatch.HEADER_BYTES, end);
        }
        RecordBatch header = RecordBatch.headerAt(start);
        if (someBeginningMatches(file, position, end, header.crc())) {
            return true;
        }
        boolean complete = header.sizeInBytes() <= left;
        return complete && !hasUnwrittenSector(file, position, position + header.sizeInBytes(), end);
    }

    /** Whether one of the sectors that the range touches is all zeros, as far as it lies behind the range's beginning. */
    private static boolean hasUnwrittenSector(StoredFile file, long from, long to, long end) throws IOException {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR_BYTES);
        long at = from;
        while (at < to) {
            long next = Math.min(end, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
            sector.clear().limit((int) (next - at));
            file.read(sector, at);
            sector.flip();
            boolean zeros = true;
            while (sector.hasRemaining()) {
                zeros &= sector.get() == 0;
            }
            if (zeros) {
                return true;
            }
            at = next;
        }
        return false;
    }

    private static boolean someBeginningMatches(StoredFile file, long position, long end, int expected)
            throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, end - position));
        int length = CRC_FROM;
        long at = position + CRC_FROM;
        while (at < end) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), end - at));
            file.read(chunk, at);
            chunk.flip();
            at += chunk.limit();
            while (chunk.hasRemaining()) {
                crc.update(chunk.get());
                length++;
                if (length >= RecordBatch.HEADER_BYTES && (int) crc.getValue() == expected) {
                    return true;
                }
            }
        }
        return false;
    }
}
