package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What one write puts into the {@link PromiseJournal}: all of it counts, or nothing. Big-endian:
 *
 * <pre>
 *   0       4        8       12        14      16         24
 *   +-------+--------+-------+---------+-------+----------+-------------+
 *   | magic | length | crc   | version | type  | sequence | payload     |
 *   | int32 | int32  | int32 | int16   | int16 | int64    | length bytes|
 *   +-------+--------+-------+---------+-------+----------+-------------+
 *
 *   1 SNAPSHOT  start number int64, promises: all that there are; always the first of its file
 *   2 PROMISES  promises: those that have changed
 *   3 MARK      nothing: all before it is on the disk; the next frame takes its place and its sequence
 *   4 RETIRED   nothing: first of a file that is not in use; the snapshot of that sequence, in the other file, is
 *
 *   promises: count int32, then of each: length of the replica's name int16, name UTF-8, epoch int32, incarnation int64 × 2;
 *   epoch -1 says that the replica is deleted
 * </pre>
 *
 * <p>The CRC32C covers all but itself. The sequence goes up by one from frame to frame, through both files and for ever.
 *
 * @param sequence counts the frames
 * @param payload from its first byte to its last
 */
record PromiseFrame(Type type, long sequence, ByteBuffer payload) {
    static final int HEADER_BYTES = 24;
    static final short VERSION = 1;
    /** Of a replica's name; as long as a file's may be. */
    static final int MAX_NAME_BYTES = 255;

    private static final int MAGIC = 0x5452504A;
    private static final int CRC_AT = 8;
    private static final int FIXED_BYTES_OF_A_PROMISE = Short.BYTES + Integer.BYTES + 2 * Long.BYTES;

    enum Type {
        SNAPSHOT(1),
        PROMISES(2),
        MARK(3),
        RETIRED(4);

        private final short code;

        Type(int code) {
            this.code = (short) code;
        }

        static @Nullable Type of(short code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return type;
                }
            }
            return null;
        }
    }

    // --- to bytes ----------------------------------------------------------------------------------------------------

    static PromiseFrame snapshot(long sequence, long startNumber, Map<String, Promise> promises) {
        ByteBuffer payload = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + sizeOf(promises.entrySet()));
        payload.putLong(startNumber);
        put(payload, promises.entrySet());
        return new PromiseFrame(Type.SNAPSHOT, sequence, payload.flip());
    }

    static PromiseFrame promises(long sequence, Collection<Map.Entry<String, Promise>> changed) {
        ByteBuffer payload = ByteBuffer.allocate(Integer.BYTES + sizeOf(changed));
        put(payload, changed);
        return new PromiseFrame(Type.PROMISES, sequence, payload.flip());
    }

    static PromiseFrame empty(Type type, long sequence) {
        return new PromiseFrame(type, sequence, ByteBuffer.allocate(0));
    }

    /** How many bytes a promise takes. */
    static int sizeOf(String replica) {
        return FIXED_BYTES_OF_A_PROMISE + replica.getBytes(StandardCharsets.UTF_8).length;
    }

    private static int sizeOf(Collection<Map.Entry<String, Promise>> promises) {
        return promises.stream().mapToInt(promise -> sizeOf(promise.getKey())).sum();
    }

    private static void put(ByteBuffer payload, Collection<Map.Entry<String, Promise>> promises) {
        payload.putInt(promises.size());
        for (Map.Entry<String, Promise> each : promises) {
            byte[] name = each.getKey().getBytes(StandardCharsets.UTF_8);
            UUID to = each.getValue().to();
            payload.putShort((short) name.length).put(name);
            payload.putInt(each.getValue().epoch());
            payload.putLong(to.getMostSignificantBits()).putLong(to.getLeastSignificantBits());
        }
    }

    int size() {
        return HEADER_BYTES + payload.remaining();
    }

    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(size());
        bytes.putInt(MAGIC).putInt(payload.remaining()).putInt(0);
        bytes.putShort(VERSION).putShort(type.code).putLong(sequence);
        bytes.put(payload.duplicate()).flip();
        return bytes.putInt(CRC_AT, crc(bytes));
    }

    private static int crc(ByteBuffer frame) {
        CRC32C crc = new CRC32C();
        crc.update(frame.slice(0, CRC_AT));
        crc.update(frame.slice(CRC_AT + Integer.BYTES, frame.limit() - CRC_AT - Integer.BYTES));
        return (int) crc.getValue();
    }

    // --- from bytes --------------------------------------------------------------------------------------------------

    /**
     * The frame that begins there, or {@code null} if none does.
     *
     * @throws TailraceException DATA_DIR_VERSION if one does, of another version
     */
    static @Nullable PromiseFrame at(ByteBuffer file, int position, Path path) {
        int room = file.limit() - position - HEADER_BYTES;
        if (room < 0 || file.getInt(position) != MAGIC) {
            return null;
        }
        int length = file.getInt(position + Integer.BYTES);
        if (length < 0 || length > room) {
            return null;
        }
        ByteBuffer frame = file.slice(position, HEADER_BYTES + length);
        if (frame.getInt(CRC_AT) != crc(frame)) {
            return null;
        }
        int version = frame.getShort(12);
        Type type = Type.of(frame.getShort(14));
        if (version != VERSION || type == null) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_VERSION,
                    path + " has format version " + version + ", this program knows " + VERSION
                            + ": start the program that wrote it.");
        }
        return new PromiseFrame(type, frame.getLong(16), frame.slice(HEADER_BYTES, length));
    }

    /** Of a {@link Type#SNAPSHOT}. */
    long startNumber() {
        return payload.getLong(payload.position());
    }

    /** Lets the promises of the frame count. */
    void applyTo(Map<String, Promise> promises) {
        ByteBuffer from = payload.duplicate();
        if (type == Type.SNAPSHOT) {
            from.getLong();
        }
        for (int left = from.getInt(); left > 0; left--) {
            byte[] name = new byte[from.getShort()];
            from.get(name);
            Promise promise = new Promise(from.getInt(), new UUID(from.getLong(), from.getLong()));
            apply(new String(name, StandardCharsets.UTF_8), promise, promises);
        }
    }

    static void apply(String replica, Promise promise, Map<String, Promise> promises) {
        if (promise.equals(Promise.NONE)) {
            promises.remove(replica);
        } else {
            promises.put(replica, promise);
        }
    }
}
