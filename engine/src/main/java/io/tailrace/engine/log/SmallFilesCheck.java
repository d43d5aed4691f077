package io.tailrace.engine.log;

import static io.tailrace.engine.log.LogProblem.Severity.ERROR;
import static io.tailrace.engine.log.LogProblem.Severity.WARNING;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogProblem.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the log's small files for a {@link LogCheck}: each by itself first, then against what the segments turned out to have. */
final class SmallFilesCheck {
    static final List<String> NAMES = List.of(LogStart.NAME, EpochIndex.NAME, RecoveryPoint.NAME, CleanStop.NAME);

    private final FileStore files;
    private final Path directory;
    private final Findings findings;
    private @Nullable LogStart start;
    private @Nullable EpochIndex epochs;
    private @Nullable CleanStop cleanStop;
    private OptionalLong recoveryPoint = OptionalLong.empty();
    /** Whether the start is lost but for what the segments say of it. */
    private boolean startLost;
    /** Whether the file read last could not be, which has been reported then. */
    private boolean unreadable;

    SmallFilesCheck(FileStore files, Path directory, Findings findings) {
        this.files = files;
        this.directory = directory;
        this.findings = findings;
    }

    private interface Reading<T> {
        @Nullable
        T read() throws IOException;
    }

    void read(boolean anySegments) {
        start = stored(LogStart.NAME, () -> LogStart.peek(files, directory));
        startLost = start == null && anySegments && !unreadable;
        epochs = stored(EpochIndex.NAME, () -> EpochIndex.read(files, directory));
        if (epochs == null && !unreadable && (anySegments || exists(EpochIndex.NAME))) {
            madeAgain(EpochIndex.NAME, "the next start reads the whole log");
        }
        OptionalLong point = stored(RecoveryPoint.NAME, () -> {
            OptionalLong found = RecoveryPoint.read(files, directory);
            return found.isPresent() ? found : null;
        });
        if (point == null && !unreadable && (anySegments || exists(RecoveryPoint.NAME))) {
            madeAgain(RecoveryPoint.NAME, "the next start reads the whole log and cuts nothing");
        }
        if (point != null) {
            // The log's start moves over what is on the disk only.
            recoveryPoint = OptionalLong.of(Math.max(point.orElse(0), start == null ? 0 : start.offset()));
        }
        cleanStop = stored(CleanStop.NAME, () -> CleanStop.read(files, directory));
        if (cleanStop == null && !unreadable && exists(CleanStop.NAME)) {
            findings.removable(
                    Code.BAD_FILE, directory.resolve(CleanStop.NAME), "damaged; the stop is taken for an unclean one");
        }
    }

    /** What a file says, or {@code null} if it is missing or damaged, or cannot be read. */
    private <T> @Nullable T stored(String name, Reading<T> reading) {
        unreadable = false;
        Path file = directory.resolve(name);
        try {
            return reading.read();
        } catch (TailraceException e) {
            findings.report(ERROR, Code.UNKNOWN_VERSION, file, String.valueOf(e.getMessage()), null);
        } catch (IOException e) {
            findings.report(ERROR, Code.UNREADABLE, file, String.valueOf(e.getMessage()), null);
        }
        unreadable = true;
        return null;
    }

    private boolean exists(String name) {
        try {
            return files.exists(directory.resolve(name));
        } catch (IOException e) {
            return true;
        }
    }

    private void madeAgain(String name, String consequence) {
        String what = (exists(name) ? "damaged; " : "missing; ") + consequence;
        findings.report(WARNING, Code.BAD_FILE, directory.resolve(name), what, Findings.MADE_AGAIN);
    }

    // --- against the segments ----------------------------------------------------------------------------------------

    /**
     * Compares with what the segments have.
     *
     * @param end the offset after the last record
     * @param lastBase the last segment's base offset
     * @param lastSize its size in bytes
     * @param largestAnnounced the greatest start that a batch announces, or -1
     */
    void compare(long firstBase, long end, long lastBase, long lastSize, long largestAnnounced) {
        if (recoveryPoint.isPresent() && end < recoveryPoint.getAsLong() && !findings.recordsDamaged()) {
            Path last = directory.resolve(Segment.fileName(lastBase));
            String what = "the log ends at offset " + end + ", it was on the disk up to " + recoveryPoint.getAsLong();
            findings.damaged(Code.MISSING_RECORDS, last, lastSize, end, what);
        }
        CleanStop mark = cleanStop;
        if (mark != null && !mark.equals(new CleanStop(end, lastBase, lastSize))) {
            String what = "the log ends at offset " + end + ", not at " + mark.endOffset() + " as when it was closed";
            findings.removable(Code.BAD_FILE, directory.resolve(CleanStop.NAME), what);
        }
        LogStart known = start;
        if (known != null) {
            compareStart(known, end);
        } else if (startLost) {
            judgeLostStart(firstBase, largestAnnounced);
        }
    }

    private void compareStart(LogStart known, long end) {
        Path file = directory.resolve(LogStart.NAME);
        OptionalLong sequence = baseSequence(known.firstSegment());
        if (known.offset() < known.firstSegment() || known.offset() > Math.max(end, known.firstSegment())) {
            String what = "the log begins at offset " + known.offset() + ", its segments have " + known.firstSegment()
                    + " to " + end;
            findings.report(ERROR, Code.BAD_FILE, file, what, null);
        } else if (sequence.isPresent() && sequence.getAsLong() != known.firstSequence()) {
            String what = "it counts " + known.firstSequence() + " data batches before the first segment, "
                    + EpochIndex.NAME + " counts " + sequence.getAsLong();
            findings.report(ERROR, Code.BAD_FILE, file, what, null);
        }
    }

    /** A log of a program that had no such file has none; else it is lost, and the moves in the log tell where it was. */
    private void judgeLostStart(long firstBase, long largestAnnounced) {
        startLost = exists(LogStart.NAME) || firstBase > 0 || largestAnnounced > 0;
        if (startLost) {
            LogStart made = startToBeMade(firstBase, largestAnnounced);
            String repair = made == null
                    ? null
                    : "made again: the newest move in the log says that it begins at " + made.offset();
            String what = "lost or damaged, so the partition does not open";
            findings.report(ERROR, Code.BAD_FILE, directory.resolve(LogStart.NAME), what, repair);
        }
    }

    /** What a lost start was; {@code null} if it is not lost, or if that cannot be told. */
    @Nullable
    LogStart startToBeMade(long firstBase, long largestAnnounced) {
        OptionalLong sequence = firstBase == 0 ? OptionalLong.of(0) : baseSequence(firstBase);
        if (!startLost || sequence.isEmpty() || findings.recordsDamaged()) {
            return null;
        }
        return new LogStart(Math.max(firstBase, largestAnnounced), firstBase, sequence.getAsLong(), List.of());
    }

    private OptionalLong baseSequence(long base) {
        return epochs == null ? OptionalLong.empty() : epochs.baseSequence(base);
    }

    // --- what they say -----------------------------------------------------------------------------------------------

    @Nullable
    LogStart start() {
        return start;
    }

    @Nullable
    EpochIndex epochs() {
        return epochs;
    }

    OptionalLong recoveryPoint() {
        return recoveryPoint;
    }

    /** Whether they say that there have been segments. */
    boolean expectSegments() {
        return recoveryPoint.orElse(0) > 0 || cleanStop != null || epochs != null;
    }
}
