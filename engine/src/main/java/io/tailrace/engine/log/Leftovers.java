package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files of a log that a crash has left and that say nothing: segments of a compaction that did not come to its end, and what was to
 * replace a small file. What others keep in the same directory is not touched.
 */
final class Leftovers {
    private static final List<String> TEMPORARY = List.of(
                    LogStart.NAME,
                    EpochIndex.NAME,
                    RecoveryPoint.NAME,
                    CleanStop.NAME,
                    LogReset.NAME,
                    CleanedTo.NAME,
                    TombstoneMarks.NAME,
                    SegmentSwap.NAME)
            .stream()
            .map(name -> name + CheckedFile.TEMPORARY)
            .toList();

    private Leftovers() {}

    /** Removes them, durably, while nobody writes to the log; any exchange of segments has been brought to its end. */
    static void remove(FileStore files, Path directory) throws IOException {
        boolean removed = false;
        for (String name : files.list(directory)) {
            if (name.endsWith(SegmentSwap.CLEANED) || TEMPORARY.contains(name)) {
                files.delete(directory.resolve(name));
                removed = true;
            }
        }
        if (removed) {
            files.syncDirectory(directory);
        }
    }
}
