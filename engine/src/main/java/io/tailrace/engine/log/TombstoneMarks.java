package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code tombstones}: what the log says of its tombstones, whether it has been given up, because it cannot be continued
 * from any other, and when the next of them may go (decision 41). A {@link CheckedFile} with the payload
 *
 * <pre>
 *   settled below int64 | gone below int64 | given up int8 | next horizon int64 | its offset int64
 * </pre>
 *
 * <p>It is not there before the log is compacted for the first time or copied from one that was. Damaged, it makes a replica with peers
 * give its log up. A sole voter goes on: then tombstones may be gone anywhere, until the next compaction has been through everything.
 * Safe for several threads.
 */
final class TombstoneMarks {
    static final String NAME = "tombstones";

    private static final int MAGIC = 0x5452544d;
    private static final int VERSION = 1;
    private static final int PAYLOAD_BYTES = 4 * Long.BYTES + 1;

    private final FileStore files;
    private final Path directory;
    private volatile Tombstones current;
    /** What the file says, or would if it were there: it may say less than what holds, and never more. */
    private Tombstones stored;

    private volatile Horizon nextHorizon;

    /**
     * When a tombstone may go by its time ({@code delete.retention.ms} after it was first compacted).
     *
     * @param millis since 1970
     * @param offset of the tombstone
     */
    record Horizon(long millis, long offset) {
        /** There is no tombstone that waits for its time. */
        static final Horizon NONE = new Horizon(Long.MAX_VALUE, Long.MAX_VALUE);

        /** The earlier of the two, of equal ones that of the older tombstone. */
        Horizon orEarlier(Horizon other) {
            boolean earlier = other.millis < millis || (other.millis == millis && other.offset < offset);
            return earlier ? other : this;
        }
    }

    private record Stored(Tombstones tombstones, boolean givenUp, Horizon nextHorizon) {}

    private TombstoneMarks(FileStore files, Path directory, Tombstones current, Horizon nextHorizon) {
        this.files = files;
        this.directory = directory;
        this.current = current;
        this.stored = current;
        this.nextHorizon = nextHorizon;
    }

    /**
     * Of a log that has been recovered.
     *
     * @throws io.tailrace.engine.error.TailraceException DATA_DIR_VERSION
     */
    static TombstoneMarks open(FileStore files, Path directory, long endOffset) throws IOException {
        Stored stored = read(files, directory);
        if (stored != null) {
            return new TombstoneMarks(files, directory, stored.tombstones, stored.nextHorizon);
        }
        // A program from before let a sole voter's tombstones go, and did not write that down.
        long cleaned = CleanedTo.read(files, directory);
        boolean damaged = files.exists(directory.resolve(NAME));
        Tombstones believed = new Tombstones(cleaned, damaged ? endOffset : cleaned);
        return new TombstoneMarks(files, directory, believed, Horizon.NONE);
    }

    private static @Nullable Stored read(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = CheckedFile.read(files, directory.resolve(NAME), MAGIC, VERSION);
        return payload == null || payload.remaining() != PAYLOAD_BYTES
                ? null
                : new Stored(
                        new Tombstones(payload.getLong(), payload.getLong()),
                        payload.get() != 0,
                        new Horizon(payload.getLong(), payload.getLong()));
    }

    /** Whether a replica that has peers is to get all of its log from them again: it was given up, or nobody can tell. */
    static boolean isGivenUp(FileStore files, Path directory) throws IOException {
        Stored stored = read(files, directory);
        return stored == null ? files.exists(directory.resolve(NAME)) : stored.givenUp;
    }

    private void write(Tombstones tombstones, boolean givenUp, Horizon horizon) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES)
                .putLong(tombstones.settledBelow())
                .putLong(tombstones.goneBelow())
                .put((byte) (givenUp ? 1 : 0))
                .putLong(horizon.millis)
                .putLong(horizon.offset)
                .flip();
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload);
    }

    Tombstones current() {
        return current;
    }

    /** When the next tombstone's time is over, as far as compaction has been. */
    Horizon nextHorizon() {
        return nextHorizon;
    }

    private void change(Tombstones next, Horizon horizon) throws IOException {
        if (!next.equals(stored) || !horizon.equals(nextHorizon)) {
            write(next, false, horizon);
            stored = next;
        }
        current = next;
        nextHorizon = horizon;
    }

    /** Compaction has been through everything below that offset; of the tombstones that are left this is the first to go. */
    synchronized void settledBelow(long offset, Horizon horizon) throws IOException {
        change(new Tombstones(Math.max(current.settledBelow(), offset), current.goneBelow()), horizon);
    }

    /** Tombstones below that offset are about to go. */
    synchronized void goneBelow(long offset) throws IOException {
        change(new Tombstones(current.settledBelow(), Math.max(current.goneBelow(), offset)), nextHorizon);
    }

    /** What follows from that offset on is about to be taken from another log; this one has records before it or has none. */
    synchronized void continued(long offset, Tombstones from, boolean empty) throws IOException {
        Tombstones next = (empty ? current.ofNothing() : current).continued(offset, from);
        if (next.goneBelow() != stored.goneBelow() || next.settledBelow() < stored.settledBelow()) {
            change(next, empty ? Horizon.NONE : nextHorizon);
        } else {
            current = next;
        }
    }

    /** Its bytes have turned, what they were is still known. */
    synchronized void writeAgain() throws IOException {
        write(current, false, nextHorizon);
        stored = current;
    }

    /** The next start of a replica that has peers puts everything away. */
    synchronized void giveUp() throws IOException {
        write(current, true, nextHorizon);
    }
}
