package io.tailrace.cluster.formation;

import io.tailrace.engine.error.TailraceException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A membership as bytes of the node file, whose version and checksum are around it. Big-endian:
 *
 * <pre>
 *   state       int8: 0 blank, 1 founding, 2 member
 *   cluster id  int64, int64
 *   founders    int16, then each: id int64, int64; address and name, each int16 bytes and UTF-8
 * </pre>
 */
public final class MembershipFormat {
    private static final int FIXED_BYTES = 1 + 2 * Long.BYTES + Short.BYTES;

    private MembershipFormat() {}

    /** The bytes. */
    public static byte[] bytes(Membership membership) {
        List<byte[]> texts = new ArrayList<>();
        int size = FIXED_BYTES;
        for (Founder founder : membership.founders()) {
            byte[] address = founder.address().text().getBytes(StandardCharsets.UTF_8);
            byte[] name = founder.name().getBytes(StandardCharsets.UTF_8);
            texts.add(address);
            texts.add(name);
            size += 2 * Long.BYTES + 2 * Short.BYTES + address.length + name.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        bytes.put((byte) membership.state().number());
        put(bytes, membership.clusterId());
        bytes.putShort((short) membership.founders().size());
        for (int i = 0; i < membership.founders().size(); i++) {
            put(bytes, membership.founders().get(i).nodeId());
            put(bytes, texts.get(2 * i));
            put(bytes, texts.get(2 * i + 1));
        }
        return bytes.array();
    }

    private static void put(ByteBuffer bytes, UUID id) {
        bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static void put(ByteBuffer bytes, byte[] text) {
        bytes.putShort((short) text.length).put(text);
    }

    /** What {@link #bytes} wrote, all of it; {@code null} if it is anything else. */
    public static @Nullable Membership read(ByteBuffer bytes) {
        try {
            int state = bytes.get();
            UUID clusterId = id(bytes);
            int count = bytes.getShort();
            List<Founder> founders = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                founders.add(new Founder(id(bytes), NodeAddress.parse(text(bytes)), text(bytes)));
            }
            return bytes.hasRemaining() || count < 0
                    ? null
                    : Membership.State.of(state)
                            .map(known -> new Membership(known, clusterId, founders))
                            .orElse(null);
        } catch (BufferUnderflowException | TailraceException | NegativeArraySizeException e) {
            return null;
        }
    }

    private static UUID id(ByteBuffer bytes) {
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private static String text(ByteBuffer bytes) {
        byte[] text = new byte[bytes.getShort()];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
