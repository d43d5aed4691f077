package io.tailrace.engine.log;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;

/**
 * Where a log is cut: always between two batches.
 *
 * @param endOffset the log's end afterwards
 * @param position the segment's size afterwards
 */
record CutPoint(long endOffset, int position) {
    /**
     * In front of the batch of the segment that has the offset. What leads there is checked: a header that says a wrong offset
     * would take away what nobody meant.
     *
     * @throws TailraceException CORRUPT_LOG if the batch before is damaged; what stands behind the cut does not matter
     */
    static CutPoint find(Segment segment, long offset) throws IOException {
        IndexEntry from = segment.floor(IndexEntries.Key.OFFSET, offset - segment.baseOffset());
        BatchScanner scanner = new BatchScanner(segment.reader(), from.position(), segment.size(), true);
        long base = segment.baseOffset() + from.relativeOffset();
        int position = from.position();
        while (base < offset && scanner.next() && scanner.header().baseOffset() == base) {
            RecordBatch header = scanner.header();
            if (header.lastOffset() >= offset) {
                return new CutPoint(base, position);
            }
            base = header.nextOffset();
            position += header.sizeInBytes();
        }
        if (base != offset) {
            throw LogErrors.corrupt(segment.path(), position, "offset " + offset + " is missing");
        }
        return new CutPoint(base, position);
    }
}
