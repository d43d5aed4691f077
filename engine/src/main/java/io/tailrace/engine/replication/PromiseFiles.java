package io.tailrace.engine.replication;

import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.StoredFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * The two files of a {@link PromiseJournal}, all of whose bytes are allocated: frames are appended to one, and when it is full the
 * other one begins with a snapshot of it all. So no write needs room that the disk does not have. For one thread at a time.
 */
final class PromiseFiles implements Closeable {
    private static final int MARK_BYTES = PromiseFrame.HEADER_BYTES;
    /** Of a snapshot without promises. */
    private static final int SNAPSHOT_BYTES = PromiseFrame.HEADER_BYTES + Long.BYTES + Integer.BYTES;

    private static final int ZEROS = 64 * 1024;
    /** A million replicas; a volume has fewer. */
    private static final int MAX_CAPACITY = 1 << 29;

    private final FileStore files;
    private final Path directory;
    private final int leastCapacity;
    private final StoredFile[] pair = new StoredFile[2];
    private final int[] capacity = new int[2];
    private int current;
    private int position;
    private long sequence;

    private PromiseFiles(FileStore files, Path directory, int leastCapacity) {
        this.files = files;
        this.directory = directory;
        this.leastCapacity = leastCapacity;
    }

    /** Makes an empty journal, whose start number is 0; whatever is left when a crash interrupts it is no journal yet. */
    static void create(FileStore files, Path directory) throws IOException {
        files.createDirectories(directory);
        PromiseFrame[] heads = {
            PromiseFrame.snapshot(PromiseRecovery.NEVER_USED + 1, 0, Map.of()),
            PromiseFrame.empty(PromiseFrame.Type.RETIRED, PromiseRecovery.NEVER_USED)
        };
        for (int i = 1; i >= 0; i--) {
            Path path = directory.resolve(PromiseRecovery.NAMES.get(i));
            Path fresh = path.resolveSibling(path.getFileName() + ".tmp");
            try (StoredFile file = files.openForWrite(fresh)) {
                file.truncate(0);
                file.write(heads[i].bytes(), 0);
                file.force(true);
            }
            files.rename(fresh, path);
            files.syncDirectory(directory);
        }
    }

    /**
     * Goes on where the recovery ended: with a snapshot in the other file.
     *
     * @param leastCapacity of a file, bytes
     */
    static PromiseFiles open(
            FileStore files, Path directory, int leastCapacity, PromiseRecovery found, long startNumber)
            throws IOException {
        PromiseFiles opened = new PromiseFiles(files, directory, leastCapacity);
        try {
            opened.open(found, startNumber);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void open(PromiseRecovery found, long startNumber) throws IOException {
        for (int i = 0; i < 2; i++) {
            pair[i] = files.openForWrite(directory.resolve(PromiseRecovery.NAMES.get(i)));
            capacity[i] = (int) Math.min(pair[i].size(), MAX_CAPACITY);
        }
        files.syncDirectory(directory);
        current = found.current();
        sequence = found.lastSequence();
        long least = SNAPSHOT_BYTES + sizeOf(found.promises()) + MARK_BYTES;
        try {
            reserve(sizeOf(found.promises()));
        } catch (DiskFullException e) {
            if (capacity[1 - current] < least) {
                throw e;
            }
            // It goes on with what room there is; the next new replica asks for more again.
        }
        startOver(startNumber, found.promises());
    }

    /** How many bytes one frame may have, unless it is a snapshot. */
    int maxFrameBytes() {
        return leastCapacity / 4;
    }

    /**
     * Takes room on the disk for as many promises as all replicas together will ever give, in both files.
     *
     * @param promiseBytes what one promise of each takes
     * @throws DiskFullException if there is none; nothing else is lost by that
     */
    void reserve(long promiseBytes) throws IOException {
        long needed = 2 * (SNAPSHOT_BYTES + promiseBytes) + leastCapacity / 2;
        if (needed > MAX_CAPACITY) {
            throw new DiskFullException("The journal of promises has all the replicas that it can have");
        }
        for (int i = 0; i < 2; i++) {
            if (capacity[i] < needed || capacity[i] < leastCapacity) {
                allocate(i, Math.max(leastCapacity, (int) Math.min(2 * needed, MAX_CAPACITY)));
            }
        }
    }

    /** What one promise of each replica takes. */
    static long sizeOf(Map<String, Promise> replicas) {
        return replicas.keySet().stream().mapToLong(PromiseFrame::sizeOf).sum();
    }

    private void allocate(int file, int bytes) throws IOException {
        for (int at = capacity[file]; at < bytes; at += ZEROS) {
            pair[file].write(ByteBuffer.allocate(Math.min(ZEROS, bytes - at)), at);
        }
        force(file);
        capacity[file] = bytes;
    }

    /** The sequence that the next frame has to have. */
    long nextSequence() {
        return sequence + 1;
    }

    boolean hasRoomFor(PromiseFrame frame) {
        return position + frame.size() + MARK_BYTES <= capacity[current];
    }

    /** Appends the frame; it is on the disk then. */
    void append(PromiseFrame frame) throws IOException {
        pair[current].write(frame.bytes(), position);
        force(current);
        position += frame.size();
        sequence = frame.sequence();
        mark();
    }

    /** Says what is on the disk now, without waiting for it to be there: so damage to the last frame is not taken for a torn one. */
    private void mark() throws IOException {
        PromiseFrame mark = PromiseFrame.empty(PromiseFrame.Type.MARK, sequence + 1);
        try {
            pair[current].write(mark.bytes(), position);
        } catch (DiskFullException e) {
            // Without the mark the frame counts all the same.
            return;
        }
    }

    /** A failed fsync is never a matter of room: nobody knows what is on the disk. */
    private void force(int file) throws IOException {
        try {
            pair[file].force(true);
        } catch (DiskFullException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Begins the other file with all that there is; it is in use when this one says so. */
    void startOver(long startNumber, Map<String, Promise> promises) throws IOException {
        int other = 1 - current;
        PromiseFrame snapshot = PromiseFrame.snapshot(sequence + 1, startNumber, promises);
        pair[other].write(snapshot.bytes(), 0);
        force(other);
        retire(PromiseFrame.empty(PromiseFrame.Type.RETIRED, snapshot.sequence()));
        current = other;
        position = snapshot.size();
        sequence = snapshot.sequence();
    }

    private void retire(PromiseFrame head) throws IOException {
        try {
            pair[current].write(head.bytes(), 0);
        } catch (DiskFullException e) {
            throw new IOException(e.getMessage(), e);
        }
        force(current);
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (StoredFile file : pair) {
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
