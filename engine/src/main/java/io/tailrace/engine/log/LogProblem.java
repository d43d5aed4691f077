package io.tailrace.engine.log;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something that {@link LogCheck} found.
 *
 * @param severity what it means for the log
 * @param code what kind of thing it is, for programs
 * @param file the file or directory concerned
 * @param position where in the file, in bytes; -1 if it concerns all of it
 * @param offset the first record's offset concerned; -1 if that is not known
 * @param what one line: what is wrong
 * @param repair what {@link LogCheck#repair} would do about it; {@code null} if nothing
 */
public record LogProblem(
        Severity severity,
        Code code,
        Path file,
        long position,
        long offset,
        String what,
        @Nullable String repair) {
    /** What a problem means. */
    public enum Severity {
        /** Records are damaged or missing, or the log will not open. */
        ERROR,
        /** Nothing is lost: what is wrong can be made again, or was never acknowledged. */
        WARNING,
        /** Nothing is wrong with the log: something lies there that is not of it. */
        NOTE
    }

    /** What kind of problem it is. */
    public enum Code {
        /** Bytes that are no batch, or a batch whose checksum does not match. */
        BAD_BATCH,
        /** A batch with another offset than the one that has to follow. */
        BAD_OFFSET,
        /** A batch of another epoch than the epoch index says, or one that goes back. */
        BAD_EPOCH,
        /** Bytes at the very end, beyond the recovery point, that are no batch: an append that a crash interrupted. */
        TORN_TAIL,
        /** The log ends before what is known to have been on the disk. */
        MISSING_RECORDS,
        /** A segment that the log must have is not there. */
        MISSING_SEGMENT,
        /** A segment that the log never had. */
        UNKNOWN_SEGMENT,
        /** What a deletion or a truncation that a crash interrupted has left. */
        LEFTOVER,
        /** An index that is missing, damaged, or contradicts its segment. */
        BAD_INDEX,
        /** One of the small files is missing, damaged, or contradicts the log. */
        BAD_FILE,
        /** A file of a format version that this program does not know. */
        UNKNOWN_VERSION,
        /** A file that was to replace another one when a crash came. */
        TEMPORARY_FILE,
        /** A file or directory that is not of a log. */
        UNKNOWN_FILE,
        /** A file that the disk does not give. */
        UNREADABLE
    }
}
