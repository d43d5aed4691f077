package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file {@code high-watermark}: everything below its offset was committed when it was written (rule 9). A {@link CheckedFile} with
 * one field, {@code offset int64}, that is written over without an fsync.
 *
 * <p>It is a hint: with it a replica serves readers right after its start, up to what is still in its log. Missing, torn by a
 * power failure or of another version it says 0, and the leader tells more soon.
 */
final class HighWatermarkCheckpoint {
    private static final String NAME = "high-watermark";
    private static final int MAGIC = 0x54524857;
    private static final int VERSION = 1;

    private final FileStore files;
    private final Path path;
    private volatile long stored;

    /**
     * Reads it.
     *
     * @throws TailraceException IO_FAILED
     */
    HighWatermarkCheckpoint(FileStore files, Path directory) {
        this.files = files;
        this.path = directory.resolve(NAME);
        try {
            this.stored = read(files, path);
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    private static long read(FileStore files, Path path) throws IOException {
        try {
            ByteBuffer payload = CheckedFile.read(files, path, MAGIC, VERSION);
            return payload == null || payload.remaining() != Long.BYTES ? 0 : Math.max(0, payload.getLong());
        } catch (TailraceException ofAnotherVersion) {
            return 0;
        }
    }

    /** The offset, or 0 if that is not known. */
    long stored() {
        return stored;
    }

    /**
     * Writes it, if it is news; where there is no room it stays as it was, or is torn.
     *
     * @throws TailraceException IO_FAILED
     */
    synchronized void store(long highWatermark) {
        if (highWatermark != stored) {
            write(highWatermark);
        }
    }

    /** What is wrong with the file. */
    synchronized Optional<LogDamage> damage() {
        try {
            return Optional.ofNullable(files.exists(path) ? CheckedFile.problem(files, path) : null)
                    .map(what -> LogDamage.smallFile(path, what));
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    /** Writes the file again, if this is the one. */
    synchronized boolean writeAgain(Path file) {
        boolean same = file.equals(path);
        if (same) {
            write(stored);
        }
        return same;
    }

    private void write(long highWatermark) {
        try {
            ByteBuffer payload =
                    ByteBuffer.allocate(Long.BYTES).putLong(highWatermark).flip();
            CheckedFile.overwrite(files, path, MAGIC, VERSION, payload);
            stored = highWatermark;
        } catch (DiskFullException noRoomForAHint) {
            return;
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    private TailraceException failed(String what, IOException cause) {
        return new TailraceException(
                ErrorCode.IO_FAILED,
                "The high watermark " + path + " cannot be " + what + " (" + cause.getMessage() + "): check the disk.",
                cause);
    }
}
