package io.tailrace.engine.log;

import java.io.IOException;

/** The entries of a segment's index, in memory or in its file. All fields ascend, so one search serves them all. */
interface IndexEntries {
    int count();

    IndexEntry entry(int number) throws IOException;

    /** What is searched for. */
    enum Key {
        /** {@link IndexEntry#relativeOffset}. */
        OFFSET,
        /** {@link IndexEntry#relativeSequence}. */
        SEQUENCE,
        /** {@link IndexEntry#largestTimestamp}. */
        TIMESTAMP;

        long of(IndexEntry entry) {
            return switch (this) {
                case OFFSET -> entry.relativeOffset();
                case SEQUENCE -> entry.relativeSequence();
                case TIMESTAMP -> entry.largestTimestamp();
            };
        }
    }

    /** The last entry whose key is not above the value; the beginning of the segment if there is none. */
    default IndexEntry floor(Key key, long value) throws IOException {
        int low = 0;
        int high = count() - 1;
        IndexEntry best = IndexEntry.START;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            IndexEntry entry = entry(middle);
            if (key.of(entry) <= value) {
                best = entry;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return best;
    }
}
