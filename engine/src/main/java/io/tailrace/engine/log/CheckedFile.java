package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A small file that is replaced as a whole and is either right or known to be wrong, big-endian:
 *
 * <pre>
 *   0       4         8              n-4     n
 *   +-------+---------+--- ... ------+-------+
 *   | magic | version | payload      | crc   |
 *   | int32 | int32   |              | int32 |
 *   +-------+---------+--- ... ------+-------+
 * </pre>
 *
 * <p>The CRC32C covers all before it. An older program that meets a newer version says so and touches nothing.
 */
public final class CheckedFile {
    /** What the name of the file that is to replace another one ends with. */
    static final String TEMPORARY = ".tmp";

    private static final int HEADER_BYTES = 8;
    private static final int CRC_BYTES = 4;
    /** Far more than any log's epochs and segments need; a length beyond it is nonsense. */
    private static final int MAX_BYTES = 64 << 20;

    private CheckedFile() {}

    /**
     * The payload, or {@code null} if the file is not there or not right.
     *
     * @throws TailraceException {@link ErrorCode#DATA_DIR_VERSION} if it is right, but of another version
     */
    public static @Nullable ByteBuffer read(FileStore files, Path file, int magic, int version) throws IOException {
        if (!files.exists(file)) {
            return null;
        }
        ByteBuffer bytes;
        try (StoredFile stored = files.openForRead(file)) {
            long size = stored.size();
            if (size < HEADER_BYTES + CRC_BYTES || size > MAX_BYTES) {
                return null;
            }
            bytes = ByteBuffer.allocate((int) size);
            if (stored.read(bytes, 0) < size) {
                return null;
            }
        }
        int end = bytes.position() - CRC_BYTES;
        if (bytes.getInt(0) != magic || bytes.getInt(end) != crc(bytes, end)) {
            return null;
        }
        int found = bytes.getInt(4);
        if (found != version) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_VERSION,
                    file + " has format version " + found + ", this program knows " + version
                            + ": start the program that wrote it.");
        }
        return bytes.slice(HEADER_BYTES, end - HEADER_BYTES);
    }

    /** What is wrong with the bytes of a checked file of any kind and version, or {@code null}: its length and its checksum. */
    public static @Nullable String problem(FileStore files, Path file) throws IOException {
        try (StoredFile stored = files.openForRead(file)) {
            long size = stored.size();
            if (size < HEADER_BYTES + CRC_BYTES || size > MAX_BYTES) {
                return "it cannot have " + size + " bytes";
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            stored.read(bytes, 0);
            int end = (int) size - CRC_BYTES;
            return bytes.getInt(end) == crc(bytes, end) ? null : "its checksum does not match";
        }
    }

    /**
     * Writes over the file where it stands, and does not wait for the disk: a power failure may tear it, and then it is known to be
     * wrong. For hints.
     */
    public static void overwrite(FileStore files, Path file, int magic, int version, ByteBuffer payload)
            throws IOException {
        ByteBuffer bytes = bytes(magic, version, payload);
        try (StoredFile stored = files.openForWrite(file)) {
            if (stored.size() > bytes.remaining()) {
                stored.truncate(bytes.remaining());
            }
            stored.write(bytes, 0);
        }
    }

    /** Replaces the file: when this returns, the new payload is on the disk; when it throws, the old or the new one is. */
    public static void write(FileStore files, Path file, int magic, int version, ByteBuffer payload)
            throws IOException {
        ByteBuffer bytes = bytes(magic, version, payload);
        Path fresh = file.resolveSibling(file.getFileName() + TEMPORARY);
        try (StoredFile stored = files.openForWrite(fresh)) {
            stored.truncate(0);
            stored.write(bytes, 0);
            stored.force(true);
        }
        files.rename(fresh, file);
        files.syncDirectory(directoryOf(file));
    }

    private static ByteBuffer bytes(int magic, int version, ByteBuffer payload) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + payload.remaining() + CRC_BYTES);
        bytes.putInt(magic).putInt(version).put(payload);
        return bytes.putInt(crc(bytes, bytes.position())).flip();
    }

    static Path directoryOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of(".") : parent;
    }

    private static int crc(ByteBuffer bytes, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, end));
        return (int) crc.getValue();
    }
}
