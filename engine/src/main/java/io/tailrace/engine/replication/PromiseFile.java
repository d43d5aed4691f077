package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A voter's promise beside its log: how it was kept in data directories before version 3, and how a replica takes it along that is
 * put into quarantine. {@link ReplicaPromise} hands it over to the {@link PromiseJournal} when the replica is opened. The payload
 * of a {@link CheckedFile}:
 *
 * <pre>
 *   0                4                        20
 *   +----------------+------------------------+
 *   | promised epoch | incarnation (UUID)     |
 *   | int32          | int64 × 2              |
 *   +----------------+------------------------+
 * </pre>
 *
 * A promise that cannot be read is {@link ErrorCode#CORRUPT_LOG}: a voter that forgets what it promised may elect two leaders.
 */
final class PromiseFile {
    private static final int MAGIC = 0x54525052;
    private static final int VERSION = 1;
    private static final int BYTES = 20;

    private final FileStore files;
    private final Path path;

    /** The file in a replica's directory; nothing is read yet. */
    PromiseFile(FileStore files, Path directory) {
        this.files = files;
        this.path = directory.resolve("promise");
    }

    /**
     * The promise stored last, or {@link Promise#NONE}.
     *
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, IO_FAILED
     */
    Promise stored() {
        try {
            ByteBuffer promise = CheckedFile.read(files, path, MAGIC, VERSION);
            if (promise != null && promise.remaining() == BYTES) {
                return new Promise(promise.getInt(), new UUID(promise.getLong(), promise.getLong()));
            }
            if (promise == null && !files.exists(path)) {
                return Promise.NONE;
            }
        } catch (IOException e) {
            throw failed("read", e);
        }
        throw new TailraceException(
                ErrorCode.CORRUPT_LOG,
                "The promise in " + path + " is damaged; nothing was touched: restore this replica from a copy.");
    }

    /**
     * Removes the file: the journal has the promise.
     *
     * @throws TailraceException IO_FAILED
     */
    void delete() {
        try {
            files.delete(path);
        } catch (IOException e) {
            throw failed("removed", e);
        }
    }

    /**
     * Writes a promise; on return it survives a crash.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED
     */
    void write(Promise promise) {
        ByteBuffer payload = ByteBuffer.allocate(BYTES);
        payload.putInt(promise.epoch())
                .putLong(promise.to().getMostSignificantBits())
                .putLong(promise.to().getLeastSignificantBits())
                .flip();
        try {
            CheckedFile.write(files, path, MAGIC, VERSION, payload);
        } catch (DiskFullException e) {
            throw new TailraceException(
                    ErrorCode.DISK_FULL,
                    "No room for the promise " + path + ": free some space; it is tried again.",
                    e);
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    private TailraceException failed(String what, IOException cause) {
        return new TailraceException(
                ErrorCode.IO_FAILED,
                "The promise " + path + " cannot be " + what + " (" + cause.getMessage() + "): check the disk.",
                cause);
    }
}
