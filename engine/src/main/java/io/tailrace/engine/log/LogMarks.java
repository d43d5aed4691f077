package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The small files beside the segments, as they are now: written only when they change. Guarded by the log's locks: the epoch
 * index and the clean-stop mark by that of who writes, the recovery point by that of who flushes.
 */
final class LogMarks {
    private final FileStore files;
    private final Path directory;
    private volatile EpochIndex epochs;
    private long recoveryPoint;
    private boolean cleanStop;
    /** Whether the file says something else than the index here, as after an append that failed behind it. */
    private boolean epochFileDiffers;

    LogMarks(FileStore files, Path directory, EpochIndex epochs, long recoveryPoint) throws IOException {
        this.files = files;
        this.directory = directory;
        this.epochs = epochs;
        this.recoveryPoint = recoveryPoint;
        this.cleanStop = files.exists(directory.resolve(CleanStop.NAME));
    }

    EpochIndex epochs() {
        return epochs;
    }

    /** Makes the index durable ahead of the batches that it describes; {@link #adopt} follows when they are there. */
    void announce(EpochIndex coming) throws IOException {
        if (epochFileDiffers || !coming.equals(epochs)) {
            epochFileDiffers = true;
            coming.write(files, directory);
        }
    }

    /** The index that was announced is in force. */
    void adopt(EpochIndex announced) {
        epochs = announced;
        epochFileDiffers = false;
    }

    long recoveryPoint() {
        return recoveryPoint;
    }

    void recoveryPoint(long offset) throws IOException {
        if (offset != recoveryPoint) {
            RecoveryPoint.write(files, directory, offset);
            recoveryPoint = offset;
        }
    }

    /** Whether the log is marked as cleanly stopped, so that nothing has been written since it was opened. */
    boolean cleanStop() {
        return cleanStop;
    }

    void cleanStop(CleanStop mark) throws IOException {
        mark.write(files, directory);
        cleanStop = true;
    }

    /** Removes the clean-stop mark, durably, if it is there. */
    void removeCleanStop() throws IOException {
        if (cleanStop) {
            CleanStop.remove(files, directory);
            cleanStop = false;
        }
    }
}
