package io.tailrace.cluster.node;

import io.tailrace.cluster.formation.Membership;
import io.tailrace.cluster.formation.MembershipFormat;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tailrace.node} says, a checked file:
 *
 * <pre>
 *   node id      int64, int64
 *   membership   from version 4 on, see MembershipFormat
 * </pre>
 *
 * @param nodeId drawn when the directory was made
 * @param membership blank in versions before 4
 * @param version the format's version on the disk; {@link #VERSION} if nothing is there yet
 */
record NodeFile(UUID nodeId, Membership membership, int version) {
    /** Names the cluster. */
    static final int VERSION = 4;
    /** Has the promises of all partitions in one journal. */
    static final int WITH_PROMISE_JOURNAL = 3;
    /** Had the catalogue in a file; 2 has it in a partition. */
    static final int WITH_CATALOG_FILE = 1;

    private static final int MAGIC = 0x54524449;
    private static final int ID_BYTES = 2 * Long.BYTES;

    /** Of a directory that is made now. */
    static NodeFile fresh() {
        return new NodeFile(UUID.randomUUID(), Membership.blank(), VERSION);
    }

    /**
     * Reads it; {@code null} if it is not right.
     *
     * @throws TailraceException DATA_DIR_VERSION
     */
    static @Nullable NodeFile read(FileStore files, Path file) throws IOException {
        for (int version = WITH_CATALOG_FILE; version < VERSION; version++) {
            try {
                ByteBuffer older = CheckedFile.read(files, file, MAGIC, version);
                return older == null || older.remaining() != ID_BYTES
                        ? null
                        : new NodeFile(id(older), Membership.blank(), version);
            } catch (TailraceException e) {
                // Of another version; the last one says so if it is none of ours.
            }
        }
        ByteBuffer content = CheckedFile.read(files, file, MAGIC, VERSION);
        if (content == null || content.remaining() < ID_BYTES) {
            return null;
        }
        UUID nodeId = id(content);
        Membership membership = MembershipFormat.read(content);
        return membership == null ? null : new NodeFile(nodeId, membership, VERSION);
    }

    private static UUID id(ByteBuffer bytes) {
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    /** Writes it in the newest version. */
    void write(FileStore files, Path file) throws IOException {
        byte[] cluster = MembershipFormat.bytes(membership);
        ByteBuffer payload = ByteBuffer.allocate(ID_BYTES + cluster.length);
        payload.putLong(nodeId.getMostSignificantBits())
                .putLong(nodeId.getLeastSignificantBits())
                .put(cluster)
                .flip();
        CheckedFile.write(files, file, MAGIC, VERSION, payload);
    }
}
