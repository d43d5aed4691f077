package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;

/**
 * Where a log is cut: always between two batches.
 *
 * @param endOffset the log's end afterwards
 * @param position the segment's size afterwards
 */
record CutPoint(long endOffset, int position) {
    /** In front of the first batch of the segment that has the offset or a later one. */
    static CutPoint find(Segment segment, long offset) throws IOException {
        IndexEntry from = segment.floor(IndexEntries.Key.OFFSET, offset - segment.baseOffset());
        BatchScanner scanner = new BatchScanner(segment.reader(), from.position(), segment.size(), false);
        while (scanner.next()) {
            RecordBatch header = scanner.header();
            if (header.lastOffset() >= offset) {
                return new CutPoint(header.baseOffset(), (int) scanner.position());
            }
        }
        throw LogErrors.corrupt(segment.path(), scanner.position(), "offset " + offset + " is missing");
    }
}
