package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The file {@code flush-os}: since it was written, what the kernel has counts as stored in this log ({@code flush = os}), in that
 * boot of the machine. Found again in another boot, without a clean stop, it says that the end of the log may be missing (rule
 * 10 of the log's safety rules). A killed process loses nothing that the kernel has. A {@link CheckedFile} with the boot's id in
 * UTF-8. One that is damaged is of an unknown boot.
 */
public final class OsFlushMark {
    static final String NAME = "flush-os";

    private static final int MAGIC = 0x54524f53;
    private static final int VERSION = 1;

    private final FileStore files;
    private final Path directory;
    private final String bootId;
    private final boolean found;
    private final boolean sameBoot;

    private OsFlushMark(FileStore files, Path directory, String bootId, boolean found, boolean sameBoot) {
        this.files = files;
        this.directory = directory;
        this.bootId = bootId;
        this.found = found;
        this.sameBoot = sameBoot;
    }

    /**
     * Looks for the mark, before the log is opened.
     *
     * @param bootId of the machine, another after each of its starts
     * @throws TailraceException {@link ErrorCode#DATA_DIR_VERSION}, {@link ErrorCode#IO_FAILED}
     */
    public static OsFlushMark read(FileStore files, Path directory, String bootId) {
        Path file = directory.resolve(NAME);
        try {
            ByteBuffer payload = CheckedFile.read(files, file, MAGIC, VERSION);
            boolean same = payload != null
                    && StandardCharsets.UTF_8.decode(payload).toString().equals(bootId);
            return new OsFlushMark(files, directory, bootId, files.exists(file), same);
        } catch (IOException e) {
            throw LogErrors.failed(file, "Reading", e);
        }
    }

    /**
     * Whether what counted as stored may be missing: the machine has stopped since, and not in order.
     *
     * @throws TailraceException {@link ErrorCode#DATA_DIR_VERSION}, {@link ErrorCode#IO_FAILED}
     */
    public boolean mayHaveLost() {
        try {
            return found && !sameBoot && CleanStop.read(files, directory) == null;
        } catch (IOException e) {
            throw LogErrors.failed(directory.resolve(CleanStop.NAME), "Reading", e);
        }
    }

    /**
     * To be called when the log has been opened, so that all of it is on the disk, and before anything is appended.
     *
     * @param flushesToOs whether what the kernel has counts from now on
     * @throws TailraceException {@link ErrorCode#DISK_FULL}, {@link ErrorCode#IO_FAILED}
     */
    public void opened(boolean flushesToOs) {
        Path file = directory.resolve(NAME);
        try {
            if (flushesToOs && !sameBoot) {
                CheckedFile.write(files, file, MAGIC, VERSION, StandardCharsets.UTF_8.encode(bootId));
            } else if (!flushesToOs && found) {
                files.delete(file);
                files.syncDirectory(directory);
            }
        } catch (DiskFullException e) {
            throw LogErrors.full(directory, e);
        } catch (IOException e) {
            throw LogErrors.failed(file, "Writing", e);
        }
    }
}
