package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code <base offset>.index} of a segment, big-endian:
 *
 * <pre>
 *   0       4         8             16
 *   +-------+---------+-------------+
 *   | magic | version | base offset |  then entries of 24 bytes:
 *   | int32 | int32   | int64       |
 *   +-------+---------+-------------+
 *
 *   0          4          8          12                  20      24
 *   +----------+----------+----------+-------------------+-------+
 *   | relative | position | relative | largest timestamp | crc   |
 *   | offset   |          | sequence | before this       |       |
 *   | int32    | int32    | int32    | int64             | int32 |
 *   +----------+----------+----------+-------------------+-------+
 * </pre>
 *
 * <p>The CRC32C is over the segment's base offset, the entry's number and the 20 bytes before it, so that an entry is right
 * only at its own place in its own file. A closed segment's last entry is its end: its position is the file's size.
 *
 * <p>Everything here can be made again from the log, so it is written without fsync but for a roll, a truncation and the
 * close, and nothing here is believed that does not check. A newer version of the file is made again too. A closed segment's
 * entries stay on disk: a search reads the dozen that it looks at, so closed segments take no memory.
 */
final class IndexFile {
    static final int HEADER_BYTES = 16;
    static final int ENTRY_BYTES = 24;

    private static final int MAGIC = 0x54524958;
    private static final int VERSION = 1;
    private static final int CRC_AT = 20;

    private final FileStore files;
    private final Path path;
    private final long baseOffset;

    IndexFile(FileStore files, Path path, long baseOffset) {
        this.files = files;
        this.path = path;
        this.baseOffset = baseOffset;
    }

    Path path() {
        return path;
    }

    /**
     * The entries that can be believed, of those at or below an offset: up to the first that does not check. If one that
     * does comes after it, the file was not torn but damaged, and none is believed.
     *
     * @param upToOffset beyond it entries are not believed (the recovery point)
     * @param size the size of the log file, beyond which no entry can point
     */
    SparseIndex load(long upToOffset, long size) throws IOException {
        SparseIndex index = new SparseIndex();
        ByteBuffer bytes = readAll();
        if (bytes == null || !headerMatches(bytes)) {
            return index;
        }
        int count = (bytes.limit() - HEADER_BYTES) / ENTRY_BYTES;
        boolean trusted = true;
        for (int i = 0; i < count; i++) {
            IndexEntry entry = decode(bytes.slice(HEADER_BYTES + i * ENTRY_BYTES, ENTRY_BYTES), i);
            if (entry == null || !entry.follows(index.last())) {
                trusted = false;
            } else if (!trusted) {
                return new SparseIndex();
            } else if (baseOffset + entry.relativeOffset() > upToOffset || entry.position() > size) {
                break;
            } else {
                index.add(entry);
            }
        }
        return index;
    }

    private @Nullable ByteBuffer readAll() throws IOException {
        if (!files.exists(path)) {
            return null;
        }
        try (StoredFile file = files.openForRead(path)) {
            long size = file.size();
            if (size < HEADER_BYTES || size > Integer.MAX_VALUE - 8) {
                return null;
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            return bytes.flip();
        }
    }

    private boolean headerMatches(ByteBuffer bytes) {
        return bytes.limit() >= HEADER_BYTES
                && bytes.getInt(0) == MAGIC
                && bytes.getInt(4) == VERSION
                && bytes.getLong(8) == baseOffset;
    }

    /** Searches the file without loading it. */
    IndexEntry floor(IndexEntries.Key key, long value) throws IOException {
        try (StoredFile file = open()) {
            return new Stored(file).floor(key, value);
        }
    }

    /** The last entry, read without loading the rest; {@link IndexEntry#START} if there is none. */
    IndexEntry last() throws IOException {
        try (StoredFile file = open()) {
            Stored stored = new Stored(file);
            return stored.count() == 0 ? IndexEntry.START : stored.entry(stored.count() - 1);
        }
    }

    /** The entries, read one by one from a file that stays open. */
    interface Entries extends IndexEntries, AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /**
     * Opens the entries to go through them all.
     *
     * @throws BadIndexException if the file is missing, its header is not right, or its length is not that of whole entries
     */
    Entries entries() throws IOException {
        StoredFile file = open();
        try {
            Stored stored = new Stored(file);
            if ((file.size() - HEADER_BYTES) % ENTRY_BYTES != 0) {
                throw new BadIndexException(path + " ends within an entry");
            }
            return stored;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private StoredFile open() throws IOException {
        if (!files.exists(path)) {
            throw new BadIndexException(path + " is missing");
        }
        return files.openForRead(path);
    }

    /** Writes the entries from that number on to their places, and cuts off what may stand behind them. */
    void write(SparseIndex index, int from, boolean durable) throws IOException {
        int to = index.count();
        int start = from == 0 ? 0 : HEADER_BYTES + from * ENTRY_BYTES;
        int end = HEADER_BYTES + to * ENTRY_BYTES;
        ByteBuffer bytes = ByteBuffer.allocate(end - start);
        if (from == 0) {
            bytes.putInt(MAGIC).putInt(VERSION).putLong(baseOffset);
        }
        for (int i = from; i < to; i++) {
            encode(bytes, index.entry(i), i);
        }
        try (StoredFile file = files.openForWrite(path)) {
            file.truncate(end);
            if (bytes.flip().hasRemaining()) {
                file.write(bytes, start);
            }
            if (durable) {
                file.force(false);
            }
        }
    }

    private void encode(ByteBuffer to, IndexEntry entry, int number) {
        int start = to.position();
        to.putInt(entry.relativeOffset()).putInt(entry.position()).putInt(entry.relativeSequence());
        to.putLong(entry.largestTimestamp());
        to.putInt(crc(to.slice(start, CRC_AT), number));
    }

    private @Nullable IndexEntry decode(ByteBuffer bytes, int number) {
        if (bytes.getInt(CRC_AT) != crc(bytes.slice(0, CRC_AT), number)) {
            return null;
        }
        return new IndexEntry(bytes.getInt(0), bytes.getInt(4), bytes.getInt(8), bytes.getLong(12));
    }

    private int crc(ByteBuffer entry, int number) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(12).putLong(baseOffset).putInt(number).flip());
        crc.update(entry);
        return (int) crc.getValue();
    }

    void delete() throws IOException {
        files.delete(path);
    }

    /** The index contradicts itself and has to be made again. */
    static final class BadIndexException extends IOException {
        private static final long serialVersionUID = 1L;

        BadIndexException(String message) {
            super(message);
        }
    }

    private final class Stored implements Entries {
        private final StoredFile file;
        private final int count;
        private final ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);

        Stored(StoredFile file) throws IOException {
            this.file = file;
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            file.read(header, 0);
            if (!headerMatches(header.flip())) {
                throw new BadIndexException(path + " has no header of this format");
            }
            this.count = (int) Math.min(Integer.MAX_VALUE, (file.size() - HEADER_BYTES) / ENTRY_BYTES);
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public IndexEntry entry(int number) throws IOException {
            file.read(bytes.clear(), HEADER_BYTES + (long) number * ENTRY_BYTES);
            IndexEntry entry = bytes.position() < ENTRY_BYTES ? null : decode(bytes, number);
            if (entry == null) {
                throw new BadIndexException(path + " entry " + number + " fails its checksum");
            }
            return entry;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
