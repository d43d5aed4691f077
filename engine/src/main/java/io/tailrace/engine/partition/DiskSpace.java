package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Whether a volume has room for more above its floor. The file system is asked a few times a second at most; between two
 * looks the bytes that were let through are counted down, so that a burst cannot pass the floor unseen. Safe for all partitions
 * of the volume to share.
 */
public final class DiskSpace {
    private static final long LOOK_EVERY_NANOS = 100_000_000L;

    private final FileStore files;
    private final Path directory;
    private final long floorBytes;
    private final LongSupplier nanoClock;
    private long lookedAt;
    private long left;
    private boolean looked;

    /** Watches the volume of a directory, of which so many bytes are to stay free. */
    public DiskSpace(FileStore files, Path directory, long floorBytes, LongSupplier nanoClock) {
        this.files = files;
        this.directory = directory;
        this.floorBytes = floorBytes;
        this.nanoClock = nanoClock;
    }

    /** Takes so many bytes of the room there is; {@code false} if they would go below the floor. */
    public synchronized boolean take(long bytes) {
        if (!has(bytes)) {
            return false;
        }
        left -= bytes;
        return true;
    }

    /** Whether there is room for so many bytes. */
    public synchronized boolean has(long bytes) {
        long now = nanoClock.getAsLong();
        if (!looked || now - lookedAt > LOOK_EVERY_NANOS) {
            left = usableBytes() - floorBytes;
            lookedAt = now;
            looked = true;
        }
        return bytes <= left;
    }

    private long usableBytes() {
        try {
            return files.usableBytes(directory);
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The volume of " + directory + " does not answer (" + e.getMessage() + ").",
                    e);
        }
    }

    /** How many bytes are to stay free. */
    public long floorBytes() {
        return floorBytes;
    }
}
