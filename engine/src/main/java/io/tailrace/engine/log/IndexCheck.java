package io.tailrace.engine.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Compares the entries of a segment's index, in their order, with what the segment has where they point. Only the first
 * contradiction matters: an index is made again as a whole.
 */
final class IndexCheck {
    private final IndexFile.@Nullable Entries entries;
    private int number;
    private @Nullable IndexEntry next;
    private IndexEntry previous = IndexEntry.START;
    private @Nullable String problem;
    private boolean distrusted;

    /** Of an index that is open, or {@code null} if there is none. */
    IndexCheck(IndexFile.@Nullable Entries entries) throws IOException {
        this.entries = entries;
        step();
    }

    private void step() throws IOException {
        next = null;
        if (entries == null || problem != null || number >= entries.count()) {
            return;
        }
        try {
            next = entries.entry(number);
            if (!next.follows(previous)) {
                problem = "entry " + number + " does not follow the one before";
            }
            previous = next;
        } catch (IndexFile.BadIndexException e) {
            problem = "entry " + number + " fails its checksum";
        }
        number++;
    }

    /** The segment has a batch there, and so much before it. */
    void batch(long position, long relativeOffset, long dataBatches, long largestTimestamp) throws IOException {
        while (problem == null && next != null && next.position() <= position) {
            compare(next, position, relativeOffset, dataBatches, largestTimestamp);
            step();
        }
    }

    /** The segment ends there. */
    void end(long position, long relativeOffset, long dataBatches, long largestTimestamp) throws IOException {
        batch(position, relativeOffset, dataBatches, largestTimestamp);
        if (distrusted) {
            batch(Long.MAX_VALUE, relativeOffset, dataBatches, largestTimestamp);
        } else if (problem == null && next != null) {
            problem = "entry " + (number - 1) + " points beyond the segment's end";
        }
    }

    private void compare(IndexEntry entry, long position, long relativeOffset, long dataBatches, long largest) {
        boolean same = entry.position() == position
                && entry.relativeOffset() == relativeOffset
                && entry.relativeSequence() == dataBatches
                && entry.largestTimestamp() == largest;
        if (!same && !distrusted) {
            problem = "entry " + (number - 1) + " contradicts the segment at byte " + position;
        }
    }

    /** Part of the segment could not be read: what comes now cannot be compared. */
    void distrust() {
        distrusted = true;
    }

    /** What is wrong, or {@code null}. */
    @Nullable
    String problem() {
        return problem;
    }

    /** The last entry seen; the beginning without any. */
    IndexEntry last() {
        return previous;
    }
}
