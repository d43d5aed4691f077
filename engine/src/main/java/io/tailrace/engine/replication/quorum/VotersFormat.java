package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.ControlType;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a configuration, the value of a {@link ControlType#VOTERS} record (after Kafka's VotersRecord, KIP-853):
 *
 * <pre>
 *   version   config version   count    (node id           replica id)*
 *   int16     int32            int16    (int16 + UTF-8     int16 + UTF-8)
 * </pre>
 *
 * Who meets another version stops: it does not know who decides.
 */
final class VotersFormat {
    /** The longest name of a node or a replica, bytes. */
    static final int MAX_NAME_BYTES = 255;

    private static final short VERSION = 0;
    private static final int HEADER_BYTES = 8;

    private VotersFormat() {}

    /** The batch that makes these the voters, placed. */
    static RecordBatch batch(long offset, int epoch, long timestampMillis, Voters voters) {
        return ControlRecords.voters(offset, epoch, timestampMillis, bytes(voters));
    }

    /**
     * The configuration that the batch brings, or {@code null} if it brings none.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH}, or {@link ErrorCode#DATA_DIR_VERSION} if it is of another
     *     version
     */
    static @Nullable Voters in(RecordBatch batch) {
        ByteBuffer value = ControlRecords.votersIn(batch);
        return value == null ? null : read(value);
    }

    static byte[] bytes(Voters voters) {
        List<byte[]> names = new ArrayList<>();
        int size = HEADER_BYTES;
        for (ReplicaId id : voters.ids()) {
            for (String name : List.of(id.nodeId(), id.replicaId())) {
                byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
                names.add(bytes);
                size += Short.BYTES + bytes.length;
            }
        }
        ByteBuffer value = ByteBuffer.allocate(size)
                .putShort(VERSION)
                .putInt(voters.configVersion())
                .putShort((short) voters.ids().size());
        names.forEach(name -> value.putShort((short) name.length).put(name));
        return value.array();
    }

    /** Reads a configuration at the buffer's position, which is behind it then. */
    static Voters read(ByteBuffer value) {
        if (value.remaining() < HEADER_BYTES) {
            throw corrupt("only " + value.remaining() + " bytes");
        }
        short version = value.getShort();
        if (version != VERSION) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_VERSION,
                    "The log's voters are written in format version " + version + ", this program knows " + VERSION
                            + ": start the program that wrote it.");
        }
        int configVersion = value.getInt();
        int count = value.getShort();
        if (count < 0 || count > Voters.MAX_VOTERS) {
            throw corrupt(count + " voters");
        }
        List<ReplicaId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(new ReplicaId(name(value), name(value)));
        }
        return new Voters(ids, configVersion);
    }

    static String name(ByteBuffer from) {
        int length = from.remaining() < Short.BYTES ? -1 : from.getShort();
        if (length < 0 || length > Math.min(MAX_NAME_BYTES, from.remaining())) {
            throw corrupt("a name of " + length + " bytes");
        }
        String name = StandardCharsets.UTF_8
                .decode(from.slice(from.position(), length))
                .toString();
        from.position(from.position() + length);
        return name;
    }

    private static TailraceException corrupt(String what) {
        return new TailraceException(
                ErrorCode.CORRUPT_BATCH,
                "Not a list of voters: it has " + what + ". Restore this replica from a copy.");
    }
}
