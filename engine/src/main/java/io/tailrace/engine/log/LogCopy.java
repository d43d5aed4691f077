package io.tailrace.engine.log;

import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a log that goes on, in another directory: all that it has at one moment.
 *
 * <pre>
 *   prepare   empties the directory; closes a large segment that is written to, so that little has to be copied; waits until that is committed
 *   freeze    the log stands still, from here
 *   capture   closed segments that are committed get a second name; what else there is is noted
 *   thaw      to here: the moment
 *   complete  copies what was noted, and writes the small files anew
 * </pre>
 *
 * <p>A segment that is closed and committed is never written to again: a log is only ever cut above its high watermark, and compaction writes new files. Where damage is
 * repaired that may be otherwise, so a copy's files count up to a length that is noted. Indexes are not copied; they are made again from the segments.
 *
 * <p>Belongs to one thread. Logs that have to be copied as of the same moment are frozen together.
 */
public final class LogCopy {
    /** What is copied rather than closed: a backup each minute is not to cut a log into small pieces. */
    private static final int COPIED_BYTES = 16 << 20;

    private static final int CHUNK_BYTES = 1 << 20;
    private static final long COMMIT_PATIENCE_NANOS = 2_000_000_000L;
    private static final long PAUSE_NANOS = 5_000_000;
    private static final String SNAPSHOT = ".snapshot";

    private final Log log;
    private final SegmentChain chain;
    private final FileStore files;
    private final Path target;
    private final LongSupplier committed;
    private final List<CopiedLog.CopiedFile> copied = new ArrayList<>();
    private final List<CopiedLog.CopiedFile> noted = new ArrayList<>();
    private Runnable thaw = () -> {};
    private int truncations;
    private LogStart start = LogStart.ZERO;
    private EpochIndex epochs;
    private long end;

    LogCopy(Log log, SegmentChain chain, Path target, LongSupplier committed) {
        this.log = log;
        this.chain = chain;
        this.files = chain.files();
        this.target = target;
        this.committed = committed;
        this.epochs = chain.epochs();
    }

    /**
     * Makes ready what need not stand still.
     *
     * @throws TailraceException {@link io.tailrace.engine.error.ErrorCode#IO_FAILED}, {@link io.tailrace.engine.error.ErrorCode#DISK_FULL},
     *     {@link io.tailrace.engine.error.ErrorCode#CLOSED}
     */
    public void prepare() {
        try {
            files.deleteDirectory(target);
            files.createDirectories(target);
        } catch (IOException e) {
            throw failed(e);
        }
        if (log.rollAbove(COPIED_BYTES)) {
            long closed = chain.endOffset();
            long deadline = System.nanoTime() + COMMIT_PATIENCE_NANOS;
            while (committed.getAsLong() < closed && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** From here the log stands still. Throws as {@link #prepare}. */
    public void freeze() {
        thaw = log.freeze();
    }

    /** It goes on. Nothing happens if it does not stand still. */
    public void thaw() {
        Runnable now = thaw;
        thaw = () -> {};
        now.run();
    }

    /** Notes and links what there is; to be called while it stands still. Throws as {@link #prepare}. */
    public void capture() {
        try {
            truncations = chain.truncations();
            start = chain.start();
            epochs = chain.epochs();
            end = chain.endOffset();
            long safe = committed.getAsLong();
            for (Segment segment : chain.segments()) {
                boolean closed = chain.segmentAfter(segment) != null;
                capture(Segment.fileName(segment.baseOffset()), segment.size(), closed && segment.nextOffset() <= safe);
            }
            copySmall(AbstainMark.NAME);
            // Without these, who restores logs of several moments could bring back what a tombstone has deleted.
            copySmall(CleanedTo.NAME);
            copySmall(TombstoneMarks.NAME);
            captureSnapshots();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void capture(String name, long bytes, boolean mayBeShared) throws IOException {
        if (mayBeShared && files.link(log.directory().resolve(name), target.resolve(name))) {
            copied.add(new CopiedLog.CopiedFile(name, bytes, true));
        } else {
            noted.add(new CopiedLog.CopiedFile(name, bytes, false));
        }
    }

    /** They are replaced as a whole, and while nothing is appended those that come are none of a later log. */
    private void captureSnapshots() throws IOException {
        for (String name : files.list(log.directory())) {
            if (name.endsWith(SNAPSHOT)) {
                try {
                    copySmall(name);
                } catch (NoSuchFileException e) {
                    // Only just replaced by a later one, which is found below.
                }
            }
        }
        for (String name : files.list(log.directory())) {
            if (name.endsWith(SNAPSHOT) && !files.exists(target.resolve(name))) {
                copySmall(name);
            }
        }
    }

    private void copySmall(String name) throws IOException {
        Path from = log.directory().resolve(name);
        if (files.exists(from) && !files.exists(target.resolve(name)) && !files.link(from, target.resolve(name))) {
            try (StoredFile file = files.openForRead(from)) {
                copy(file, target.resolve(name), file.size());
            }
        }
    }

    /**
     * Copies the rest; the log may go on.
     *
     * @return what the copy has; {@code null} if the log was cut, or files of it went, meanwhile: then it has to be captured again, into an empty
     *     directory. Throws as {@link #prepare}
     */
    public @Nullable CopiedLog complete() {
        try {
            for (CopiedLog.CopiedFile each : noted) {
                try (StoredFile file = files.openForRead(log.directory().resolve(each.name()))) {
                    if (!copy(file, target.resolve(each.name()), each.bytes())) {
                        return null;
                    }
                }
                copied.add(each);
            }
            epochs.write(files, target);
            start.write(files, target);
            RecoveryPoint.write(files, target, end);
            files.syncDirectory(target);
            log.ensureOpen();
            return chain.truncations() == truncations
                    ? new CopiedLog(start.offset(), end, epochs.lastEpoch(), copied)
                    : null;
        } catch (NoSuchFileException e) {
            log.ensureOpen();
            return null;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** False if there are fewer bytes than that. */
    private boolean copy(StoredFile from, Path to, long bytes) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(CHUNK_BYTES, bytes)));
        try (StoredFile file = files.openForWrite(to)) {
            file.truncate(0);
            for (long at = 0; at < bytes; at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - at));
                if (from.read(chunk, at) < chunk.limit()) {
                    return false;
                }
                file.write(chunk.flip(), at);
            }
            file.force(true);
        }
        return true;
    }

    private TailraceException failed(IOException e) {
        return e instanceof DiskFullException
                ? LogErrors.full(target, e)
                : LogErrors.failed(target, "Copying a log", e);
    }
}
