package io.tailrace.engine.log;

import java.nio.file.Path;

/**
 * Damage that a {@link LogScrub} has found in a log that is open.
 *
 * @param kind what is damaged
 * @param file where
 * @param offset of records: the first that is damaged; else the beginning of the segment, or -1
 * @param endOffset of records: the next good one; else as {@code offset}
 * @param position of records: where in the file the damage begins, in bytes; else -1
 * @param endPosition of records: where the next good batch begins; else -1
 * @param what one line: what is wrong
 * @param generation of the log's segments when it was found
 */
public record LogDamage(
        Kind kind,
        Path file,
        long offset,
        long endOffset,
        long position,
        long endPosition,
        String what,
        int generation) {
    /** What is damaged. */
    public enum Kind {
        /** Records: only a peer has them. */
        RECORDS,
        /** The index of a segment, which is made again from its batches. */
        INDEX,
        /** A small file beside the segments, which an open log can write again. */
        SMALL_FILE
    }

    static LogDamage index(Segment segment, String what, int generation) {
        long base = segment.baseOffset();
        return new LogDamage(Kind.INDEX, segment.indexFile().path(), base, base, -1, -1, what, generation);
    }

    /** Of a small file. */
    public static LogDamage smallFile(Path file, String what) {
        return new LogDamage(Kind.SMALL_FILE, file, -1, -1, -1, -1, what, 0);
    }
}
