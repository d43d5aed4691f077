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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    private static final Pattern NUMBERED = Pattern.compile("[0-9]{20}\\.(log|index|snapshot|copy\\.snapshot)");
    private static final String SNAPSHOT = ".snapshot";
    /** Not the log's own, so only their checksums can be told here; nor do they keep the log itself from being mended. */
    private static final List<String> REPLICAS = List.of("promise", "replica");
    /** Nor this, which is a hint and torn by any power failure. */
    private static final String HIGH_WATERMARK = "high-watermark";
    /** Of a replica that has peers. */
    private static final List<String> WITH_PEERS = List.of(AbstainMark.NAME, OsFlushMark.NAME);
    /** Of a log that is compacted. */
    private static final List<String> COMPACTION = List.of(CleanedTo.NAME, TombstoneMarks.NAME, SegmentSwap.NAME);

    private final FileStore files;
    private final Path directory;
    private final Findings findings;
    private final SmallFilesCheck marks;
    /** Errors in files that are not the log's. */
    private int foreignErrors;

    private @Nullable List<Long> swap;

    private LogCheck(FileStore files, Path directory, Consumer<LogProblem> listener) {
        this.files = files;
        this.directory = directory;
        this.findings = new Findings(listener);
        this.marks = new SmallFilesCheck(files, directory, findings);
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
        LogCheck check = new LogCheck(files, directory, listener);
        SegmentsCheck segments = check.run();
        Findings found = check.findings;
        return new Summary(
                segments.count(),
                segments.batches(),
                segments.bytes(),
                found.errors(),
                found.warnings(),
                found.notes());
    }

    /**
     * Mends what can be without deleting anything that was acknowledged, and nothing else: cuts a torn tail, makes indexes and
     * lost small files again, removes what writes that a crash interrupted have left. Where records are damaged or missing,
     * the segments are left as they are. Check again to see what is left.
     *
     * @throws TailraceException IO_FAILED, DISK_FULL
     */
    public static void repair(FileStore files, Path directory) {
        LogCheck check = new LogCheck(files, directory, problem -> {});
        SegmentsCheck segments = check.run();
        try {
            check.mend(segments);
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Repairing", e);
        }
    }

    private void mend(SegmentsCheck segments) throws IOException {
        List<Long> swapped = swap;
        if (swapped != null) {
            SegmentSwap.complete(files, directory, swapped);
            repair(files, directory);
            return;
        }
        for (Path path : findings.toDelete()) {
            files.delete(path);
        }
        for (long base : findings.indexesToMake()) {
            new Segment(files, directory, base, 0, LogSettings.DEFAULTS).makeIndexAgain();
        }
        files.syncDirectory(directory);
        LogStart lost = segments.startToBeMade();
        if (lost != null) {
            lost.write(files, directory);
        }
        int unmended = findings.errors() - foreignErrors - (lost == null ? 0 : 1);
        if (segments.count() > 0 && unmended == 0) {
            // What a start of the node would do, but for the mark of a clean stop, which is its own to set.
            RecoveryScan.run(files, directory, LogSettings.DEFAULTS, RecoveryScan.Trust.SOLE)
                    .segments()
                    .forEach(Segment::closeQuietly);
        }
    }

    private SegmentsCheck run() {
        List<String> names = new ArrayList<>();
        try {
            names.addAll(files.list(directory));
        } catch (IOException e) {
            findings.report(ERROR, Code.UNREADABLE, directory, "it cannot be listed: " + e.getMessage(), null);
        }
        names.sort(null);
        swap = swap();
        names.forEach(this::lookAt);
        if (swap != null) {
            // Some of the old and some of the new may be there: to be looked at when it is done.
            return new SegmentsCheck(files, directory, new long[0], marks, findings);
        }
        checkIndexesHaveSegments(names);
        long[] bases = names.stream()
                .filter(name -> isNumbered(name, Segment.SUFFIX))
                .mapToLong(LogCheck::number)
                .toArray();
        marks.read(bases.length > 0);
        SegmentsCheck segments = new SegmentsCheck(files, directory, bases, marks, findings);
        segments.run();
        segments.compareMarks();
        return segments;
    }

    /** The exchange of segments that a crash interrupted, if there is one that a start would bring to its end. */
    private @Nullable List<Long> swap() {
        Path file = directory.resolve(SegmentSwap.NAME);
        try {
            List<Long> bases = SegmentSwap.read(files, directory);
            if (bases != null) {
                String what =
                        "a crash interrupted compaction while it exchanged segments; check again when that is done";
                findings.report(WARNING, Code.LEFTOVER, file, what, "brought to its end");
            }
            return bases;
        } catch (TailraceException e) {
            findings.report(ERROR, Code.BAD_FILE, file, String.valueOf(e.getMessage()), null);
        } catch (IOException e) {
            findings.report(ERROR, Code.UNREADABLE, file, String.valueOf(e.getMessage()), null);
        }
        return null;
    }

    private static boolean isCleaned(String name) {
        return name.endsWith(SegmentSwap.CLEANED)
                && NUMBERED.matcher(name.substring(0, name.length() - SegmentSwap.CLEANED.length()))
                        .matches();
    }

    private static boolean isNumbered(String name, String suffix) {
        return name.endsWith(suffix) && NUMBERED.matcher(name).matches() && number(name) >= 0;
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
        String target = name.endsWith(CheckedFile.TEMPORARY)
                ? name.substring(0, name.length() - CheckedFile.TEMPORARY.length())
                : name;
        boolean known = SmallFilesCheck.NAMES.contains(target)
                || REPLICAS.contains(target)
                || name.equals(HIGH_WATERMARK)
                || WITH_PEERS.contains(target)
                || COMPACTION.contains(target)
                || isCleaned(name)
                || Quarantine.isName(name)
                || isNumbered(target, "");
        if (!known || isDirectory(file)) {
            note(file, "nothing of a log has this name; it is left alone");
        } else if (!target.equals(name)) {
            findings.removable(Code.TEMPORARY_FILE, file, "left by a write that a crash interrupted");
        } else if (isCleaned(name)) {
            if (swap == null) {
                findings.removable(Code.LEFTOVER, file, "left by a compaction that a crash interrupted");
            }
        } else if (name.equals(CleanedTo.NAME)) {
            checkForeign(file, NOTE, "a hint: the next compaction goes through everything");
        } else if (name.equals(TombstoneMarks.NAME)) {
            checkForeign(file, WARNING, "a replica that has peers gets all of its log from them again");
        } else if (REPLICAS.contains(name)) {
            checkForeign(file, ERROR, "the partition will not open: restore it from a copy");
        } else if (name.equals(AbstainMark.NAME)) {
            note(file, "the replica may have lost records, and does not vote until it has caught up with its peers");
        } else if (name.equals(OsFlushMark.NAME)) {
            checkForeign(file, NOTE, "a start after the machine's takes it for an unclean one");
        } else if (Quarantine.isName(name)) {
            note(file, "damaged records that were put away; remove them when nobody wants to look into them any more");
        } else if (name.equals(HIGH_WATERMARK)) {
            checkForeign(file, NOTE, "a hint, which the next start does without");
        } else if (name.endsWith(SNAPSHOT)) {
            checkForeign(file, WARNING, "an older one, or the log from its start, is used instead");
        }
    }

    private void note(Path file, String what) {
        findings.report(NOTE, Code.UNKNOWN_FILE, file, what, null);
    }

    private boolean isDirectory(Path path) {
        try {
            return files.isDirectory(path);
        } catch (IOException e) {
            return false;
        }
    }

    private void checkForeign(Path file, Severity severity, String consequence) {
        int before = findings.errors();
        try {
            String problem = CheckedFile.problem(files, file);
            if (problem != null) {
                findings.report(severity, Code.BAD_FILE, file, problem + "; " + consequence, null);
            }
        } catch (IOException e) {
            findings.report(ERROR, Code.UNREADABLE, file, String.valueOf(e.getMessage()), null);
        }
        foreignErrors += findings.errors() - before;
    }

    private void checkIndexesHaveSegments(List<String> names) {
        Set<String> all = new HashSet<>(names);
        for (String name : names) {
            if (isNumbered(name, Segment.INDEX_SUFFIX) && !all.contains(Segment.fileName(number(name)))) {
                findings.removable(Code.LEFTOVER, directory.resolve(name), "an index without a segment");
            }
        }
    }
}
