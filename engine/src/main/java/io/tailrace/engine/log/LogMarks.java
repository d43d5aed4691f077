package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The small files beside the segments, as they are now: written only when they change. Guarded by the log's locks: the epoch
 * index and the clean-stop mark by that of who writes, the recovery point and the log's start by that of who flushes. Only
 * what is announced of the start comes from who writes.
 */
final class LogMarks {
    private final FileStore files;
    private final Path directory;
    private volatile EpochIndex epochs;
    private volatile long recoveryPoint;
    private boolean cleanStop;
    /** Whether the mark has gone, but its name may still be on the disk. */
    private boolean cleanStopLingers;

    private volatile LogStart start;
    private LogStart startWritten;
    /** Whether the file says something else than the index here, as after an append that failed behind it. */
    private boolean epochFileDiffers;

    LogMarks(FileStore files, Path directory, EpochIndex epochs, long recoveryPoint, LogStart start)
            throws IOException {
        this.files = files;
        this.directory = directory;
        this.epochs = epochs;
        this.recoveryPoint = recoveryPoint;
        this.start = start;
        this.startWritten = start;
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
            cleanStopLingers = false; // The directory has been forced by that.
        }
        if (cleanStopLingers) {
            files.syncDirectory(directory);
            cleanStopLingers = false;
        }
    }

    /** What {@link #removeCleanStop} does, but durable only with the next {@link #announce}, which spares an fsync at each start. */
    void removeCleanStopWithNextAnnounced() throws IOException {
        if (cleanStop) {
            files.delete(directory.resolve(CleanStop.NAME));
            cleanStop = false;
            cleanStopLingers = true;
        }
    }

    /** The index that was announced is in force. */
    void adopt(EpochIndex announced) {
        epochs = announced;
        epochFileDiffers = false;
    }

    LogStart start() {
        return start;
    }

    /** Notes what the newest batches announce; {@link #writeStart} follows before the recovery point passes them. */
    synchronized void note(List<LogStart.Announcement> announced) {
        for (LogStart.Announcement each : announced) {
            start = start.with(each);
        }
    }

    /** Makes what has been noted durable. */
    void writeStart() throws IOException {
        changeStart(UnaryOperator.identity());
    }

    /** Makes a change durable, then visible. What is noted meanwhile is visible, and is written the next time. */
    void changeStart(UnaryOperator<LogStart> change) throws IOException {
        LogStart changed = change.apply(start);
        if (!changed.equals(startWritten)) {
            changed.write(files, directory);
            startWritten = changed;
        }
        synchronized (this) {
            start = change.apply(start);
        }
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
        cleanStopLingers = false;
    }

    /** The files have been made anew, for a log that begins there. */
    void reset(LogPlace place) {
        epochs = LogReset.epochs(place);
        epochFileDiffers = false;
        recoveryPoint = place.offset();
        cleanStop = false;
        synchronized (this) {
            start = LogReset.start(place);
            startWritten = start;
        }
    }

    /** Writes a file again whose bytes have turned; without its mark a clean stop counts as a crash. */
    void writeAgain(String name) throws IOException {
        switch (name) {
            case EpochIndex.NAME -> {
                epochs.write(files, directory);
                epochFileDiffers = false;
            }
            case LogStart.NAME -> startWritten.write(files, directory);
            case RecoveryPoint.NAME -> RecoveryPoint.write(files, directory, recoveryPoint);
            case CleanStop.NAME -> removeCleanStop();
            default -> throw new IllegalArgumentException(name);
        }
    }

    /** Removes the clean-stop mark, durably, if it is there. */
    void removeCleanStop() throws IOException {
        if (cleanStop || cleanStopLingers) {
            CleanStop.remove(files, directory);
            cleanStop = false;
            cleanStopLingers = false;
        }
    }
}
