package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code log-reset}: everything in the directory that belongs to the log is to go, and the log begins anew at that place. A
 * {@link CheckedFile} with the payload
 *
 * <pre>
 *   offset int64 | epoch before int32 | data batches before int64
 * </pre>
 *
 * <p>Once it is there the old log is given up; a start that finds it does what a crash interrupted, as often as it takes.
 * It goes last. So a crash leaves the old log or the new beginning, and never some of each.
 */
final class LogReset {
    static final String NAME = "log-reset";

    private static final int MAGIC = 0x54524c52;
    private static final int VERSION = 1;
    private static final int PAYLOAD_BYTES = 2 * Long.BYTES + Integer.BYTES;

    private LogReset() {}

    /**
     * The place of a reset that has begun, or {@code null}.
     *
     * @throws io.tailrace.engine.error.TailraceException CORRUPT_LOG if the file is damaged, DATA_DIR_VERSION
     */
    static @Nullable LogPlace read(FileStore files, Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        ByteBuffer payload = CheckedFile.read(files, file, MAGIC, VERSION);
        if (payload != null && payload.remaining() == PAYLOAD_BYTES) {
            return new LogPlace(payload.getLong(), payload.getInt(), payload.getLong());
        }
        if (files.exists(file)) {
            throw LogErrors.corrupt(file, "damaged, so where the log was to begin anew is not known");
        }
        return null;
    }

    /** Gives the old log up, durably. */
    static void begin(FileStore files, Path directory, LogPlace place) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES)
                .putLong(place.offset())
                .putInt(place.epochBefore())
                .putLong(place.sequenceBefore())
                .flip();
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload);
    }

    /** What the epoch index of a log says that begins there. Where the epoch before began nobody asks any more. */
    static EpochIndex epochs(LogPlace place) {
        EpochIndex epochs = place.epochBefore() == EpochIndex.NO_EPOCH
                ? EpochIndex.EMPTY
                : EpochIndex.EMPTY.withEpoch(place.epochBefore(), place.offset() - 1);
        return epochs.withSegment(place.offset(), place.sequenceBefore());
    }

    static LogStart start(LogPlace place) {
        return new LogStart(place.offset(), place.offset(), place.sequenceBefore(), List.of());
    }

    /** Deletes what is left of the old log, and makes the new one: one empty segment. Once begun it may be done again. */
    static void complete(FileStore files, Path directory, LogPlace place, LogSettings settings) throws IOException {
        for (String name : files.list(directory)) {
            boolean ofSegments = name.endsWith(Segment.SUFFIX)
                    || name.endsWith(Segment.INDEX_SUFFIX)
                    || name.endsWith(SegmentSwap.CLEANED);
            boolean ofOldLog =
                    name.equals(CleanStop.NAME) || name.equals(CleanedTo.NAME) || name.equals(SegmentSwap.NAME);
            if (ofSegments || ofOldLog) {
                files.delete(directory.resolve(name));
            }
        }
        files.syncDirectory(directory);
        RecoveryPoint.write(files, directory, place.offset());
        start(place).write(files, directory);
        epochs(place).write(files, directory);
        Segment first = new Segment(files, directory, place.offset(), place.sequenceBefore(), settings);
        try {
            first.create();
        } finally {
            first.closeQuietly();
        }
        files.syncDirectory(directory);
        files.delete(directory.resolve(NAME));
        files.syncDirectory(directory);
    }
}
