package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;

/** Cuts one segment at an offset: finds the batch, cuts the file durably, and restores what the segment counts. */
final class LogTruncation {
    private LogTruncation() {}

    /**
     * Where to cut.
     *
     * @param endOffset the log's end afterwards
     * @param position the segment's size afterwards
     */
    record Cut(long endOffset, int position) {}

    /** The first batch that has the offset or a later one. */
    static Cut find(Segment segment, long offset) throws IOException {
        IndexEntry from = segment.floor(IndexEntries.Key.OFFSET, offset - segment.baseOffset());
        BatchScanner scanner = new BatchScanner(segment.reader(), from.position(), segment.size(), false);
        while (scanner.next()) {
            RecordBatch header = scanner.header();
            if (header.lastOffset() >= offset) {
                return new Cut(header.baseOffset(), (int) scanner.position());
            }
        }
        throw LogErrors.corrupt(segment.path(), scanner.position(), "offset " + offset + " is missing");
    }

    static void apply(Segment segment, Cut cut) throws IOException {
        SparseIndex entries =
                segment.indexFile().load(cut.endOffset(), cut.position()).below(cut.position());
        segment.cut(cut.position());
        segment.resumeFrom(entries);
        BatchScanner scanner = new BatchScanner(segment.reader(), segment.size(), cut.position(), false);
        while (scanner.next()) {
            RecordBatch header = scanner.header();
            segment.account(
                    (int) scanner.position(),
                    header.baseOffset(),
                    header.nextOffset(),
                    header.isControl(),
                    header.maxTimestamp());
        }
        String problem = scanner.problem();
        if (problem != null) {
            throw LogErrors.corrupt(segment.path(), scanner.position(), problem);
        }
        segment.admit(cut.position());
        segment.writeIndex(true);
    }
}
