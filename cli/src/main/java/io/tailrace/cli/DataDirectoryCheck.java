package io.tailrace.cli;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogCheck;
import io.tailrace.engine.log.LogProblem;
import io.tailrace.engine.log.LogProblem.Code;
import io.tailrace.engine.log.LogProblem.Severity;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.PromiseJournal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Goes through a node's data directory, or through one partition of it; what a partition holds is {@link LogCheck}'s to judge. */
final class DataDirectoryCheck {
    private static final String NODE = "tailrace.node";
    private static final String LOCK = "tailrace.lock";
    private static final String PARTITIONS = "partitions";
    private static final String TEMPORARY = ".tmp";
    private static final String QUARANTINE = "quarantine";
    /** The directory of a partition whose deletion has begun. */
    private static final String DELETED = ".deleted";
    /** What else belongs to a node; nobody looks into the quarantine but its owner. */
    private static final List<String> OTHERS = List.of(LOCK, PARTITIONS, QUARANTINE);
    /** The small files of the node itself. */
    private static final List<String> CHECKED_FILES = List.of(NODE, "catalog");
    /** Those of which a temporary one may be left. */
    private static final List<String> WRITTEN_BY_RENAME = Stream.concat(
                    CHECKED_FILES.stream(), PromiseJournal.fileNames().stream())
            .toList();

    private final FileStore files;
    /** The node's directory, if it is there. */
    private final @Nullable Path node;
    /** The only partition to look at. */
    private final @Nullable Path partition;

    private DataDirectoryCheck(FileStore files, @Nullable Path node, @Nullable Path partition) {
        this.files = files;
        this.node = node;
        this.partition = partition;
    }

    /** What was found, altogether. */
    record Totals(int partitions, long batches, long bytes, int errors, int warnings, int notes, int mendable) {
        boolean isSound() {
            return errors == 0 && warnings == 0;
        }
    }

    /**
     * Finds out what the directory is.
     *
     * @throws TailraceException INVALID_ARGUMENT if it is neither a data directory nor that of a partition
     */
    static DataDirectoryCheck of(FileStore files, Path directory) throws IOException {
        if (!files.isDirectory(directory)) {
            throw refused(directory, "there is no such directory");
        }
        List<String> names = files.list(directory);
        if (names.contains(NODE) || names.contains(PARTITIONS)) {
            return new DataDirectoryCheck(files, directory, null);
        }
        if (names.stream().noneMatch(name -> name.endsWith(".log") || name.equals("recovery-point"))) {
            throw refused(directory, "neither " + NODE + " nor segments are in it");
        }
        Path above = directory.toAbsolutePath().normalize().getParent();
        Path holder = above == null ? null : above.getParent();
        boolean inNode = holder != null && files.exists(holder.resolve(LOCK));
        return new DataDirectoryCheck(files, inNode ? holder : null, directory);
    }

    private static TailraceException refused(Path directory, String why) {
        return new TailraceException(
                ErrorCode.INVALID_ARGUMENT,
                "Cannot check " + directory + ": " + why + "; name a data directory or one of its partitions.");
    }

    /**
     * Keeps every node off the directory until it is closed.
     *
     * @throws TailraceException DATA_DIR_IN_USE
     */
    Closeable lock() throws IOException {
        Path holder = node;
        // Without the file no node has ever run there, or it is a copy; a check leaves nothing behind.
        if (holder == null || !files.exists(holder.resolve(LOCK))) {
            return () -> {};
        }
        return files.tryLock(holder.resolve(LOCK))
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.DATA_DIR_IN_USE, "A node uses the data directory " + holder + ": stop it first."));
    }

    Totals run(Consumer<LogProblem> listener) throws IOException {
        Run run = new Run(listener);
        Path only = partition;
        if (only != null) {
            run.partition(only);
        } else if (node != null) {
            run.node(node);
        }
        return run.totals();
    }

    void repair() throws IOException {
        Path only = partition;
        if (only != null) {
            LogCheck.repair(files, only);
            return;
        }
        Path holder = node;
        if (holder == null) {
            return;
        }
        for (String name : WRITTEN_BY_RENAME) {
            files.delete(holder.resolve(name + TEMPORARY));
        }
        for (Path each : partitions(holder)) {
            LogCheck.repair(files, each);
        }
    }

    private List<Path> partitions(Path holder) throws IOException {
        Path all = holder.resolve(PARTITIONS);
        List<Path> found = new ArrayList<>();
        if (files.isDirectory(all)) {
            for (String name : files.list(all).stream().sorted().toList()) {
                if (isPartition(name) && files.isDirectory(all.resolve(name))) {
                    found.add(all.resolve(name));
                }
            }
        }
        return found;
    }

    private static boolean isPartition(String name) {
        try {
            PartitionId.parse(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** One pass, with what it has counted. */
    private final class Run {
        private final Consumer<LogProblem> listener;
        private int partitions;
        private long batches;
        private long bytes;
        private int errors;
        private int warnings;
        private int notes;
        private int mendable;

        Run(Consumer<LogProblem> listener) {
            this.listener = listener;
        }

        void node(Path holder) throws IOException {
            for (String name : files.list(holder).stream().sorted().toList()) {
                Path file = holder.resolve(name);
                boolean temporary = name.endsWith(TEMPORARY)
                        && WRITTEN_BY_RENAME.contains(name.substring(0, name.length() - TEMPORARY.length()));
                if (CHECKED_FILES.contains(name)) {
                    checked(file);
                } else if (temporary) {
                    tell(
                            Severity.WARNING,
                            Code.TEMPORARY_FILE,
                            file,
                            "left by a write that a crash interrupted",
                            "removed");
                } else if (!OTHERS.contains(name) && !PromiseJournal.fileNames().contains(name)) {
                    unknown(file);
                }
            }
            if (!files.exists(holder.resolve(NODE))) {
                tell(Severity.ERROR, Code.BAD_FILE, holder.resolve(NODE), "missing: restore it from a copy", null);
            }
            promises(holder);
            Path all = holder.resolve(PARTITIONS);
            if (files.isDirectory(all)) {
                for (String name : files.list(all).stream().sorted().toList()) {
                    if (name.endsWith(DELETED)) {
                        tell(Severity.NOTE, Code.LEFTOVER, all.resolve(name), "the node's next start deletes it", null);
                    } else if (isPartition(name) && files.isDirectory(all.resolve(name))) {
                        partition(all.resolve(name));
                    } else {
                        unknown(all.resolve(name));
                    }
                }
            }
        }

        private void checked(Path file) throws IOException {
            String problem = CheckedFile.problem(files, file);
            if (problem != null) {
                String what = problem + "; the node will not start: restore it from a copy";
                tell(Severity.ERROR, Code.BAD_FILE, file, what, null);
            }
        }

        private void promises(Path holder) throws IOException {
            String problem = PromiseJournal.problem(files, holder);
            if (problem != null) {
                Path file = holder.resolve(PromiseJournal.fileNames().get(0));
                tell(Severity.ERROR, Code.BAD_FILE, file, problem, null);
            }
        }

        private void unknown(Path file) {
            tell(Severity.NOTE, Code.UNKNOWN_FILE, file, "nothing of a node has this name; it is left alone", null);
        }

        private void tell(Severity severity, Code code, Path file, String what, @Nullable String repair) {
            switch (severity) {
                case ERROR -> errors++;
                case WARNING -> warnings++;
                case NOTE -> notes++;
            }
            pass(new LogProblem(severity, code, file, -1, -1, what, repair));
        }

        private void pass(LogProblem problem) {
            mendable += problem.repair() == null ? 0 : 1;
            listener.accept(problem);
        }

        void partition(Path directory) {
            LogCheck.Summary summary = LogCheck.check(files, directory, this::pass);
            partitions++;
            batches += summary.batches();
            bytes += summary.bytes();
            errors += summary.errors();
            warnings += summary.warnings();
            notes += summary.notes();
        }

        Totals totals() {
            return new Totals(partitions, batches, bytes, errors, warnings, notes, mendable);
        }
    }
}
