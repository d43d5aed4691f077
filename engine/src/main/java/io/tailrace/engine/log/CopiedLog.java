package io.tailrace.engine.log;

import java.util.List;

/**
 * What a copy of a log has.
 *
 * @param startOffset where it begins
 * @param endOffset where it ends, committed or not
 * @param lastEpoch of its last batch, -1 without any
 * @param files all of them but the small ones that say what they are themselves
 */
public record CopiedLog(long startOffset, long endOffset, int lastEpoch, List<CopiedFile> files) {
    /**
     * One file.
     *
     * @param bytes how many of it count: the log may go on to write to a file that the copy shares, behind them
     * @param shared whether it is a second name of the log's own file
     */
    public record CopiedFile(String name, long bytes, boolean shared) {}

    /** Keeps the list as it is now. */
    public CopiedLog {
        files = List.copyOf(files);
    }
}
