package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.ControlRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code log-start}: where the log begins, which segment is the first, and which moves of the start stand in the log
 * already and are still to be made. A {@link CheckedFile} with the payload
 *
 * <pre>
 *   start int64 | first segment int64 | data batches before it int64 | count int32 | (offset int64, announced start int64)*
 * </pre>
 *
 * <p>It is made with the log and is the authority on what has been deleted: segments below the first are leftovers of a
 * deletion that a crash interrupted. Lost or damaged it cannot be made again without a doubt, so the log does not open then
 * (decision 7). Immutable.
 *
 * @param offset the offset of the first record that may be read
 * @param firstSegment the base offset of the first segment, never above the start
 * @param firstSequence how many data batches came before the first segment
 * @param announced the moves that are still to be made: offsets and starts both ascend
 */
record LogStart(long offset, long firstSegment, long firstSequence, List<Announcement> announced) {
    static final String NAME = "log-start";
    /** Of a log to which nothing ever happened. */
    static final LogStart ZERO = new LogStart(0, 0, 0, List.of());
    /** Whoever announces makes the moves too, one after the other: more than a few waiting are a defect. */
    static final int MAX_ANNOUNCED = 1024;

    private static final int MAGIC = 0x54524c53;
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 3 * Long.BYTES + Integer.BYTES;
    private static final int ENTRY_BYTES = 2 * Long.BYTES;

    /** A control batch at that offset says that the log begins at that start. */
    record Announcement(long offset, long start) {}

    /** With the start moved on; it never goes back. */
    LogStart advancedTo(long start) {
        return start <= offset ? this : keeping(start, Long.MAX_VALUE);
    }

    /** With that segment as the first one. */
    LogStart withFirstSegment(long base, long sequence) {
        return new LogStart(offset, base, sequence, announced);
    }

    /** With what one more batch, the newest, announces; one that announces no more than those before adds nothing. */
    LogStart with(Announcement newest) {
        long greatest = announced.isEmpty() ? offset : announced.get(announced.size() - 1).start;
        if (newest.start <= greatest) {
            return this;
        }
        List<Announcement> more = new ArrayList<>(announced);
        more.add(newest);
        return new LogStart(offset, firstSegment, firstSequence, List.copyOf(more));
    }

    /** Of a log that ends there. */
    LogStart truncatedTo(long endOffset) {
        return keeping(offset, endOffset);
    }

    private LogStart keeping(long start, long endOffset) {
        List<Announcement> kept = announced.stream()
                .filter(each -> each.start > start && each.offset < endOffset)
                .toList();
        return new LogStart(start, firstSegment, firstSequence, kept);
    }

    /** The greatest start that is announced below that offset. */
    OptionalLong announcedBelow(long limitOffset) {
        return announced.stream()
                .filter(each -> each.offset < limitOffset)
                .mapToLong(Announcement::start)
                .max();
    }

    /**
     * What these batches announce, seldom anything.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_ARGUMENT} if one moves the start beyond itself;
     *     {@link ErrorCode#DATA_DIR_VERSION} or {@link ErrorCode#CORRUPT_BATCH} if one cannot be read
     */
    static List<Announcement> in(List<PlacedBatch> batches) {
        List<Announcement> found = List.of();
        for (PlacedBatch placed : batches) {
            if (placed.batch().isControl() && ControlRecords.isLogStart(placed.batch())) {
                long start = ControlRecords.logStartOf(placed.batch());
                if (start > placed.baseOffset()) {
                    throw LogErrors.invalid("The log's start cannot move to " + start + " by a batch at offset "
                            + placed.baseOffset() + ": that is not in the log yet.");
                }
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(new Announcement(placed.baseOffset(), start));
            }
        }
        return found;
    }

    /**
     * What the file says, or {@code null} if it is missing.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG} if it is damaged, {@link ErrorCode#DATA_DIR_VERSION}
     */
    static @Nullable LogStart read(FileStore files, Path directory) throws IOException {
        LogStart found = peek(files, directory);
        if (found == null && files.exists(directory.resolve(NAME))) {
            throw LogErrors.corrupt(
                    directory.resolve(NAME),
                    "damaged, so where the log begins is not known; tailrace log check tells more");
        }
        return found;
    }

    /** What the file says, or {@code null} if it is missing or damaged. */
    static @Nullable LogStart peek(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = CheckedFile.read(files, directory.resolve(NAME), MAGIC, VERSION);
        return payload == null ? null : decode(payload);
    }

    private static @Nullable LogStart decode(ByteBuffer payload) {
        if (payload.remaining() < FIXED_BYTES) {
            return null;
        }
        long start = payload.getLong();
        long segment = payload.getLong();
        long sequence = payload.getLong();
        int count = payload.getInt();
        if (count < 0 || payload.remaining() != (long) count * ENTRY_BYTES) {
            return null;
        }
        List<Announcement> announced = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            announced.add(new Announcement(payload.getLong(), payload.getLong()));
        }
        return new LogStart(start, segment, sequence, List.copyOf(announced));
    }

    void write(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(FIXED_BYTES + announced.size() * ENTRY_BYTES);
        payload.putLong(offset).putLong(firstSegment).putLong(firstSequence).putInt(announced.size());
        for (Announcement each : announced) {
            payload.putLong(each.offset).putLong(each.start);
        }
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload.flip());
    }
}
