package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The log of a replica that has peers. What is damaged of it is taken into quarantine, to come again from whoever leads; what it may
 * have lost it remembers durably, until somebody says that it has caught up ({@link AbstainMark}). A sole voter has nobody to
 * get anything from again: {@link Log#open} is its way, which stops with {@link ErrorCode#CORRUPT_LOG} and touches nothing.
 *
 * <p>Safe for use by many threads.
 */
public final class ReplicatedLog {
    /** Damage in so many places is looked for one by one; then all is taken that is left. */
    private static final int MAX_PLACES = 16;

    private final FileStore files;
    private final Path directory;
    private final Log log;
    private final boolean abstained;
    /** Where damage has been found since the log was opened. */
    private long suspectOffset = AbstainMark.NOWHERE;

    private @Nullable AbstainMark mark;

    private ReplicatedLog(FileStore files, Path directory, Log log, @Nullable AbstainMark mark) {
        this.files = files;
        this.directory = directory;
        this.log = log;
        this.mark = mark;
        this.abstained = mark != null;
    }

    /**
     * Opens the log or creates it, recovers what a crash left, and puts away what is damaged.
     *
     * @param mayHaveLost whether it is known already that what was acknowledged may be missing (rule 10)
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG} if it has been damaged too often, {@link ErrorCode#IO_FAILED},
     *     {@link ErrorCode#DISK_FULL}, {@link ErrorCode#DATA_DIR_VERSION}
     */
    public static ReplicatedLog open(
            FileStore files, Path directory, LogSettings settings, InstantSource clock, boolean mayHaveLost) {
        try {
            files.createDirectories(directory);
            AbstainMark mark = AbstainMark.read(files, directory);
            if (mayHaveLost) {
                mark = marked(files, directory, mark, AbstainMark.NOWHERE);
            }
            if (RecoveryPoint.read(files, directory).isEmpty() && files.exists(directory.resolve(RecoveryPoint.NAME))) {
                // What is missing at the end, and how far all should be good, nobody knows any more.
                mark = marked(files, directory, mark, 0);
            }
            if (TombstoneMarks.isGivenUp(files, directory)) {
                mark = marked(files, directory, mark, 0);
                new Quarantine(files, directory).takeEverything();
            }
            for (int places = 0; ; places++) {
                long suspect = mark == null ? AbstainMark.NOWHERE : mark.suspectOffset();
                try {
                    return new ReplicatedLog(
                            files, directory, Log.openWithPeers(files, directory, settings, clock, suspect), mark);
                } catch (DamagedLogException e) {
                    mark = marked(files, directory, mark, e.place().offset());
                    if (places < MAX_PLACES && !e.place().equals(DamagedLogException.Place.EVERYTHING)) {
                        new Quarantine(files, directory).takeFrom(e.place());
                    } else if (places <= MAX_PLACES) {
                        new Quarantine(files, directory).takeEverything();
                    } else {
                        throw e;
                    }
                }
            }
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Opening", e);
        }
    }

    /** A log that was opened as a sole voter's, from when others vote too: from now on damage is remembered. */
    public static ReplicatedLog of(FileStore files, Path directory, Log log) {
        return new ReplicatedLog(files, directory, log, null);
    }

    private static AbstainMark marked(FileStore files, Path directory, @Nullable AbstainMark before, long suspectOffset)
            throws IOException {
        AbstainMark mark =
                new AbstainMark(before == null ? suspectOffset : Math.min(before.suspectOffset(), suspectOffset));
        mark.write(files, directory);
        return mark;
    }

    /** The log itself. */
    public Log log() {
        return log;
    }

    /** Whether the replica may have lost what it had acknowledged when it was opened, and had not caught up. */
    public boolean abstained() {
        return abstained;
    }

    /**
     * Damage was met at that offset or behind it. When this returns that is remembered durably; the next start looks into it
     * and repairs.
     *
     * @throws TailraceException {@link ErrorCode#DISK_FULL}, {@link ErrorCode#IO_FAILED}
     */
    public synchronized void suspect(long offset) {
        try {
            suspectOffset = Math.min(suspectOffset, offset);
            mark = marked(files, directory, mark, suspectOffset);
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Noting damage", e);
        }
    }

    /**
     * The log cannot be continued from any other, since it may have what tombstones have deleted that are gone there. When this returns
     * it is given up durably; the next start puts it away, and gets all of it again.
     *
     * @throws TailraceException {@link ErrorCode#DISK_FULL}, {@link ErrorCode#IO_FAILED}
     */
    public synchronized void giveUp() {
        suspect(0);
        try {
            log.giveUp();
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Giving the log up", e);
        }
    }

    /**
     * The replica has caught up: durable when this returns. Nothing happens if damage has been met since it was opened.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}
     */
    public synchronized void caughtUp() {
        if (mark == null || suspectOffset != AbstainMark.NOWHERE) {
            return;
        }
        try {
            AbstainMark.remove(files, directory);
            mark = null;
        } catch (IOException e) {
            throw LogErrors.failed(directory, "Removing a mark", e);
        }
    }
}
