package io.tailrace.engine.log;

import io.tailrace.engine.log.LogProblem.Code;
import io.tailrace.engine.log.LogProblem.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link LogCheck} has found so far: told to the listener at once; kept are only counts, and what a repair needs. */
final class Findings {
    static final String MADE_AGAIN = "made again from the segments";
    static final String REMOVED = "removed";

    private final Consumer<LogProblem> listener;
    /** Files that a repair removes: nothing that was acknowledged is in them. */
    private final List<Path> toDelete = new ArrayList<>();
    /** Base offsets of sound segments whose index is not. */
    private final List<Long> indexesToMake = new ArrayList<>();

    private int errors;
    private int warnings;
    private int notes;
    private boolean recordsDamaged;

    Findings(Consumer<LogProblem> listener) {
        this.listener = listener;
    }

    void report(Severity severity, Code code, Path file, String what, @Nullable String repair) {
        report(new LogProblem(severity, code, file, -1, -1, what, repair));
    }

    void report(LogProblem problem) {
        switch (problem.severity()) {
            case ERROR -> errors++;
            case WARNING -> warnings++;
            case NOTE -> notes++;
        }
        listener.accept(problem);
    }

    /** An error that says that records are damaged or missing: a repair then leaves the segments as they are. */
    void damaged(Code code, Path file, long position, long offset, String what) {
        recordsDamaged = true;
        report(new LogProblem(Severity.ERROR, code, file, position, offset, what, null));
    }

    void removable(Code code, Path file, String what) {
        toDelete.add(file);
        report(Severity.WARNING, code, file, what, REMOVED);
    }

    /** An index that has to be made again, which only a sound segment allows. */
    void badIndex(Path file, long base, String what, boolean makeable) {
        if (makeable) {
            indexesToMake.add(base);
        }
        report(Severity.WARNING, Code.BAD_INDEX, file, what, makeable ? MADE_AGAIN : null);
    }

    boolean recordsDamaged() {
        return recordsDamaged;
    }

    int errors() {
        return errors;
    }

    int warnings() {
        return warnings;
    }

    int notes() {
        return notes;
    }

    List<Path> toDelete() {
        return toDelete;
    }

    List<Long> indexesToMake() {
        return indexesToMake;
    }
}
