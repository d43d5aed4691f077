package io.tailrace.engine.replication;

import io.tailrace.engine.log.CopiedLog;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogCopy;
import io.tailrace.engine.replication.quorum.ReplicaFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a replica's files that go on: its log as of one moment ({@link LogCopy}), and who votes by it. Its promise lies elsewhere. Belongs to
 * one thread; the calls come in the order in which they stand here.
 */
public final class ReplicaCopy {
    private final FileStore files;
    private final Path from;
    private final Path target;
    private final LogCopy log;

    ReplicaCopy(FileStore files, Path from, Path target, LogCopy log) {
        this.files = files;
        this.from = from;
        this.target = target;
        this.log = log;
    }

    /** Makes ready; see {@link LogCopy#prepare}, which also says what these calls throw. */
    public void prepare() {
        log.prepare();
    }

    /** The log stands still from here. */
    public void freeze() {
        log.freeze();
    }

    /** Takes what there is. */
    public void capture() {
        log.capture();
    }

    /** The log goes on. */
    public void thaw() {
        log.thaw();
    }

    /**
     * Copies the rest.
     *
     * @return {@code null} if the log was cut meanwhile: begin again
     */
    public @Nullable CopiedLog complete() {
        // Whoever votes by entries of the log is in that file before them. What it says beyond the copy's end is passed
        // over; and if the log
        // is cut before this, the file may lack what the copy has, but then the copy does not count.
        ReplicaFile.copy(files, from, target);
        return log.complete();
    }
}
