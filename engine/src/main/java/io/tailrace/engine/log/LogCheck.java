package io.tailrace.engine.log;

import static io.tailrace.engine.log.LogProblem.Severity.ERROR;
import static io.tailrace.engine.log.LogProblem.Severity.NOTE;
import static io.tailrace.engine.log.LogProblem.Severity.WARNING;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogProblem.Code;
import io.tailrace.engine.log.LogProblem.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the directory of one partition while nobody has it open: every batch, every index entry, every small file, and
 * what they say of each other. Reports everything that it finds and changes nothing; {@link #repair} does, when told.
 *
 * <p>Memory: the names in the directory and a chunk of one segment at a time.
 */
public final class LogCheck {
    private static final Pattern NUMBERED = Pattern.compile("[0-9]{20}\\.(log|index|snapshot)");
    private static final String TEMPORARY = ".tmp";
    /** Small files of others than the log, of which only the checksum can be told here. */
    private static final String PROMISE = "promise";

    private static final List<String> OF_THE_LOG =
            List.of(LogStart.NAME, EpochIndex.NAME, RecoveryPoint.NAME, CleanStop.NAME);
    private static final String MADE_AGAIN = "made again from the segments";

    private final FileStore files;
    private final Path directory;
    private final Consumer<LogProblem> listener;

    private final List<Path> toDelete = new ArrayList<>();
    private final List<Long> indexesToMake = new ArrayList<>();
    private boolean startToBeMade;
    private int errors;
    /** Those of the log itself. */
    private int logErrors;

    private int warnings;
    private int notes;
    private long batches;
    private long bytes;
    private long[] bases = {};

    private @Nullable LogStart start;
    private @Nullable EpochIndex epochs;
    private OptionalLong recoveryPoint = OptionalLong.empty();
    private @Nullable CleanStop cleanStop;

    private long largestAnnounced;
    private long end;
    private long lastSize;
    private boolean recordsDamaged;

    private LogCheck(FileStore files, Path directory, Consumer<LogProblem> listener) {
        this.files = files;
        this.directory = directory;
        this.listener = listener;
    }

    /**
     * What there is, and how many problems of each kind.
     *
     * @param segments how many segments were read
     * @param batches how many good batches they have
     * @param bytes the bytes of these segments
     */
    public record Summary(int segments, long batches, long bytes, int errors, int warnings, int notes) {
        /** Whether the log is as it should be; what is only noted does not count. */
        public boolean isSound() {
            return errors == 0 && warnings == 0;
        }
    }

    /** Checks the directory and tells the listener everything that is wrong, as it is found. Reads all of it. */
    public static Summary check(FileStore files, Path directory, Consumer<LogProblem> listener) {
        return new LogCheck(files, directory, listener).run();
    }

    /**
     * Mends what can be without deleting anything that was acknowledged, and nothing else: cuts a torn tail, makes indexes and
     * lost small files again, removes what writes that a crash interrupted have left. Where records are damaged or missing,
     * the segments are left as they are. Check again to see what is left.
     *
     * @throws TailraceException IO_FAILED, DISK_FULL
     */
    public static void repair(FileStore files, Path directory) {
        LogCheck found = new LogCheck(files, directory, problem -> {});
        found.run();
        try {
            found.mend();
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Repairing", e);
        }
    }

    private void mend() throws IOException {
        for (Path path : toDelete) {
            files.delete(path);
        }
        for (long base : indexesToMake) {
            new Segment(files, directory, base, 0, LogSettings.DEFAULTS).makeIndexAgain();
        }
        files.syncDirectory(directory);
        if (startToBeMade) {
            long first = bases[0];
            long sequence = epochs == null ? 0 : epochs.baseSequence(first).orElse(0);
            new LogStart(Math.max(first, largestAnnounced), first, sequence, List.of()).write(files, directory);
        }
        if (bases.length > 0 && (logErrors == 0 || startToBeMade)) {
            // What a start of the node would do, but for the mark of a clean stop, which is its own to set.
            RecoveryScan.run(files, directory, LogSettings.DEFAULTS).segments().forEach(Segment::closeQuietly);
        }
    }

    private Summary run() {
        List<String> names;
        try {
            names = new ArrayList<>(files.list(directory));
        } catch (IOException e) {
            report(ERROR, Code.UNREADABLE, directory, "it cannot be listed: " + String.valueOf(e.getMessage()), null);
            return summary();
        }
        names.sort(null);
        names.forEach(this::lookAt);
        bases = names.stream()
                .filter(name -> NUMBERED.matcher(name).matches() && name.endsWith(Segment.SUFFIX))
                .mapToLong(LogCheck::number)
                .filter(base -> base >= 0)
                .toArray();
        readSmallFiles();
        checkSegmentsAreThere();
        checkIndexesHaveSegments(names);
        checkSegments();
        checkMarks();
        return summary();
    }

    private Summary summary() {
        return new Summary(bases.length, batches, bytes, errors, warnings, notes);
    }

    private static long number(String name) {
        try {
            return Long.parseLong(name.substring(0, 20));
        } catch (NumberFormatException beyondAllOffsets) {
            return -1;
        }
    }

    /** What the name alone tells, and files of others. */
    private void lookAt(String name) {
        Path file = directory.resolve(name);
        String target = name.endsWith(TEMPORARY) ? name.substring(0, name.length() - TEMPORARY.length()) : name;
        boolean known = OF_THE_LOG.contains(target)
                || target.equals(PROMISE)
                || (NUMBERED.matcher(target).matches() && number(target) >= 0);
        if (!known || isDirectory(file)) {
            report(NOTE, Code.UNKNOWN_FILE, file, "nothing of a log has this name; it is left alone", null);
        } else if (!target.equals(name)) {
            toDelete.add(file);
            report(WARNING, Code.TEMPORARY_FILE, file, "left by a write that a crash interrupted", "removed");
        } else if (name.equals(PROMISE)) {
            checkOther(file, ERROR, "the partition will not open: restore it from a copy");
        } else if (name.endsWith(".snapshot")) {
            checkOther(file, WARNING, "an older one, or the log from its start, is used instead");
        }
    }

    private boolean isDirectory(Path path) {
        try {
            return files.isDirectory(path);
        } catch (IOException e) {
            return false;
        }
    }

    private void checkOther(Path file, Severity severity, String consequence) {
        try {
            String problem = CheckedFile.problem(files, file);
            if (problem != null) {
                report(severity, Code.BAD_FILE, file, problem + "; " + consequence, null);
            }
        } catch (IOException e) {
            report(ERROR, Code.UNREADABLE, file, String.valueOf(e.getMessage()), null);
        }
    }

    // --- the log's small files ---------------------------------------------------------------------------------------

    private interface Reading<T> {
        @Nullable
        T read() throws IOException;
    }

    /** What a file says, or {@code null} and a report. */
    private <T> @Nullable T read(
            String name, Reading<T> reading, Severity ifBad, String consequence, @Nullable String mend) {
        Path file = directory.resolve(name);
        try {
            T found = reading.read();
            if (found == null && (files.exists(file) || (bases.length > 0 && !name.equals(CleanStop.NAME)))) {
                String what = files.exists(file) ? "damaged" : "missing";
                report(ifBad, Code.BAD_FILE, file, what + "; " + consequence, mend);
            }
            return found;
        } catch (TailraceException e) {
            report(ERROR, Code.UNKNOWN_VERSION, file, String.valueOf(e.getMessage()), null);
        } catch (IOException e) {
            report(ERROR, Code.UNREADABLE, file, String.valueOf(e.getMessage()), null);
        }
        return null;
    }

    private void readSmallFiles() {
        epochs = read(
                EpochIndex.NAME,
                () -> EpochIndex.read(files, directory),
                WARNING,
                "the next start reads the whole log",
                MADE_AGAIN);
        OptionalLong point = read(
                RecoveryPoint.NAME,
                () -> {
                    OptionalLong found = RecoveryPoint.read(files, directory);
                    return found.isPresent() ? found : null;
                },
                WARNING,
                "the next start reads the whole log and cuts nothing",
                MADE_AGAIN);
        recoveryPoint = point == null ? OptionalLong.empty() : point;
        int before = warnings;
        cleanStop = read(
                CleanStop.NAME,
                () -> CleanStop.read(files, directory),
                WARNING,
                "the next start takes the stop for an unclean one",
                "removed");
        if (warnings > before) {
            toDelete.add(directory.resolve(CleanStop.NAME));
        }
        readStart();
    }

    private void readStart() {
        try {
            start = LogStart.peek(files, directory);
        } catch (TailraceException e) {
            report(ERROR, Code.UNKNOWN_VERSION, directory.resolve(LogStart.NAME), String.valueOf(e.getMessage()), null);
            return;
        } catch (IOException e) {
            report(ERROR, Code.UNREADABLE, directory.resolve(LogStart.NAME), String.valueOf(e.getMessage()), null);
            return;
        }
        startToBeMade = start == null && bases.length > 0;
        if (start != null && recoveryPoint.isPresent()) {
            recoveryPoint = OptionalLong.of(Math.max(recoveryPoint.getAsLong(), start.offset()));
        }
    }

    // --- which segments there are ------------------------------------------------------------------------------------

    private long firstSegment() {
        if (start != null) {
            return start.firstSegment();
        }
        return bases.length == 0 ? 0 : bases[0];
    }

    private void checkSegmentsAreThere() {
        for (long base : bases) {
            if (base < firstSegment()) {
                Path left = directory.resolve(Segment.fileName(base));
                report(WARNING, Code.LEFTOVER, left, "deleted already, but for the file", "removed");
            }
        }
        bases = Arrays.stream(bases).filter(base -> base >= firstSegment()).toArray();
        if (bases.length == 0) {
            boolean hadMore = recoveryPoint.orElse(0) > 0 || cleanStop != null || epochs != null;
            if (hadMore) {
                recordsDamaged = true;
                report(ERROR, Code.MISSING_SEGMENT, directory, "the segments are gone", null);
            }
            return;
        }
        if (bases[0] != firstSegment()) {
            missing(firstSegment());
        }
        EpochIndex index = epochs;
        if (index != null) {
            checkNamed(Arrays.stream(index.segments())
                    .filter(base -> base >= firstSegment())
                    .toArray());
        }
    }

    private void checkNamed(long[] named) {
        long last = bases[bases.length - 1];
        for (long base : named) {
            boolean cutOff = recoveryPoint.isPresent() && base > recoveryPoint.getAsLong() && base > last;
            if (Arrays.binarySearch(bases, base) < 0 && !cutOff && base != firstSegment()) {
                missing(base);
            }
        }
        for (long base : bases) {
            boolean rolledTo = base == last && named.length > 0 && base > named[named.length - 1];
            if (Arrays.binarySearch(named, base) < 0 && !rolledTo) {
                recordsDamaged = true;
                Path segment = directory.resolve(Segment.fileName(base));
                report(ERROR, Code.UNKNOWN_SEGMENT, segment, "a segment that this log never had", null);
            }
        }
    }

    private void missing(long base) {
        recordsDamaged = true;
        report(ERROR, Code.MISSING_SEGMENT, directory.resolve(Segment.fileName(base)), "the segment is missing", null);
    }

    private void checkIndexesHaveSegments(List<String> names) {
        for (String name : names) {
            if (NUMBERED.matcher(name).matches() && name.endsWith(Segment.INDEX_SUFFIX)) {
                long base = number(name);
                if (base >= 0 && !names.contains(Segment.fileName(base))) {
                    toDelete.add(directory.resolve(name));
                    report(WARNING, Code.LEFTOVER, directory.resolve(name), "an index without a segment", "removed");
                }
            }
        }
    }

    // --- what is in them ---------------------------------------------------------------------------------------------

    private void checkSegments() {
        int epoch = EpochIndex.NO_EPOCH;
        for (int i = 0; i < bases.length; i++) {
            boolean last = i + 1 == bases.length;
            Path path = directory.resolve(Segment.fileName(bases[i]));
            IndexFile index = new IndexFile(files, directory.resolve(Segment.indexName(bases[i])), bases[i]);
            try (StoredFile file = files.openForRead(path)) {
                SegmentCheck segment = checkSegment(path, file, index, bases[i], epoch, last);
                epoch = segment.lastEpoch();
                batches += segment.batches();
                bytes += segment.size();
                lastSize = segment.size();
                end = segment.nextOffset();
                largestAnnounced = Math.max(largestAnnounced, segment.largestAnnounced());
                recordsDamaged |= segment.isDamaged();
                if (segment.tornFrom() >= 0) {
                    judgeTail(path, segment, last);
                } else if (!last) {
                    checkJoint(path, segment, bases[i], bases[i + 1]);
                }
            } catch (IOException e) {
                recordsDamaged = true;
                report(ERROR, Code.UNREADABLE, path, String.valueOf(e.getMessage()), null);
            }
        }
    }

    private SegmentCheck checkSegment(Path path, StoredFile file, IndexFile index, long base, int epoch, boolean last)
            throws IOException {
        String problem = null;
        boolean makeable = false;
        try (IndexFile.Entries entries = index.entries()) {
            IndexCheck indexCheck = new IndexCheck(entries);
            SegmentCheck segment = new SegmentCheck(path, base, epoch, epochs, indexCheck, this::report);
            segment.run(file);
            makeable = !segment.isDamaged();
            problem = indexCheck.problem();
            if (problem == null
                    && !last
                    && !segment.isDamaged()
                    && indexCheck.last().position() != segment.size()) {
                problem = "it does not say where the segment ends";
            }
            return segment;
        } catch (IndexFile.BadIndexException e) {
            // The active segment's index is written now and then only.
            problem = last && !files.exists(index.path()) ? null : String.valueOf(e.getMessage());
            SegmentCheck segment = new SegmentCheck(path, base, epoch, epochs, new IndexCheck(null), this::report);
            segment.run(file);
            makeable = !segment.isDamaged();
            return segment;
        } finally {
            if (problem != null) {
                if (makeable) {
                    indexesToMake.add(base);
                }
                report(WARNING, Code.BAD_INDEX, index.path(), problem, makeable ? MADE_AGAIN : null);
            }
        }
    }

    /** Rule 14: a torn tail is at the very end and beyond the recovery point. */
    private void judgeTail(Path path, SegmentCheck segment, boolean last) {
        boolean torn = last && recoveryPoint.isPresent() && segment.nextOffset() >= recoveryPoint.getAsLong();
        String what = segment.tornBecause() + "; no good batch follows";
        recordsDamaged |= !torn;
        report(new LogProblem(
                torn ? WARNING : ERROR,
                torn ? Code.TORN_TAIL : Code.BAD_BATCH,
                path,
                segment.tornFrom(),
                segment.nextOffset(),
                what,
                torn ? "cut at byte " + segment.tornFrom() : null));
    }

    private void checkJoint(Path path, SegmentCheck segment, long base, long next) {
        if (segment.nextOffset() != next) {
            recordsDamaged = true;
            String what = "the segment ends at offset " + segment.nextOffset() + ", the next begins at " + next;
            report(new LogProblem(ERROR, Code.MISSING_RECORDS, path, segment.size(), segment.nextOffset(), what, null));
        }
        EpochIndex index = epochs;
        if (index == null || segment.isDamaged()) {
            return;
        }
        OptionalLong before = index.baseSequence(base);
        OptionalLong after = index.baseSequence(next);
        if (before.isPresent()
                && after.isPresent()
                && after.getAsLong() - before.getAsLong() != segment.dataBatches()) {
            String what = "it counts " + (after.getAsLong() - before.getAsLong()) + " data batches in the segment at "
                    + base + ", which has " + segment.dataBatches();
            report(ERROR, Code.BAD_FILE, directory.resolve(EpochIndex.NAME), what, null);
        }
    }

    // --- what the small files say of them ----------------------------------------------------------------------------

    private void checkMarks() {
        if (bases.length == 0) {
            return;
        }
        checkRecoveryPoint();
        CleanStop mark = cleanStop;
        if (mark != null && !mark.equals(new CleanStop(end, bases[bases.length - 1], lastSize))) {
            toDelete.add(directory.resolve(CleanStop.NAME));
            String what = "the log ends at offset " + end + ", not at " + mark.endOffset() + " as when it was closed";
            report(WARNING, Code.BAD_FILE, directory.resolve(CleanStop.NAME), what, "removed");
        }
        checkStart();
    }

    private void checkRecoveryPoint() {
        if (recoveryPoint.isPresent() && end < recoveryPoint.getAsLong() && !recordsDamaged) {
            recordsDamaged = true;
            String what = "the log ends at offset " + end + ", it was on the disk up to " + recoveryPoint.getAsLong();
            Path last = directory.resolve(Segment.fileName(bases[bases.length - 1]));
            report(new LogProblem(ERROR, Code.MISSING_RECORDS, last, lastSize, end, what, null));
        }
    }

    private void checkStart() {
        Path file = directory.resolve(LogStart.NAME);
        LogStart known = start;
        if (known != null) {
            OptionalLong sequence = epochs == null ? OptionalLong.empty() : epochs.baseSequence(known.firstSegment());
            if (known.offset() < known.firstSegment() || known.offset() > Math.max(end, known.firstSegment())) {
                String what = "the log begins at offset " + known.offset() + ", its segments have "
                        + known.firstSegment() + " to " + end;
                report(ERROR, Code.BAD_FILE, file, what, null);
            } else if (sequence.isPresent() && sequence.getAsLong() != known.firstSequence()) {
                String what = "it counts " + known.firstSequence() + " data batches before the first segment, "
                        + EpochIndex.NAME + " counts " + sequence.getAsLong();
                report(ERROR, Code.BAD_FILE, file, what, null);
            }
            return;
        }
        if (startToBeMade) {
            checkStartCanBeMade(file);
        }
    }

    /** As a log of an older version has none; else it is lost, and its moves in the log tell where it was. */
    private void checkStartCanBeMade(Path file) {
        boolean lost;
        try {
            lost = files.exists(file) || bases[0] > 0 || largestAnnounced > 0;
        } catch (IOException e) {
            lost = true;
        }
        if (!lost) {
            startToBeMade = false;
            return;
        }
        boolean counted = bases[0] == 0
                || (epochs != null && epochs.baseSequence(bases[0]).isPresent());
        startToBeMade = counted && !recordsDamaged && logErrors == 0;
        long made = Math.max(bases[0], largestAnnounced);
        report(
                ERROR,
                Code.BAD_FILE,
                file,
                "lost or damaged, so the partition does not open",
                startToBeMade ? "made again: the newest move in the log says that it begins at " + made : null);
    }

    private void report(Severity severity, Code code, Path file, String what, @Nullable String repair) {
        report(new LogProblem(severity, code, file, -1, -1, what, repair));
    }

    private void report(LogProblem problem) {
        switch (problem.severity()) {
            case ERROR -> {
                errors++;
                logErrors += problem.file().endsWith(PROMISE) ? 0 : 1;
            }
            case WARNING -> warnings++;
            case NOTE -> notes++;
        }
        listener.accept(problem);
    }
}
