package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;

/**
 * What goes over a link, big-endian:
 *
 * <pre>
 *   0        4        8       12              12 + head   12 + length
 *   +--------+--------+-------+------ ... -------+------ ... -------+
 *   | length | head   | crc   | head: kind int8, | payload: bytes   |
 *   | int32  | int32  | int32 | then its fields  | of batches       |
 *   +--------+--------+-------+------ ... -------+------ ... -------+
 * </pre>
 *
 * <p>Length counts head and payload. The CRC32C covers both lengths and the head; batches have a checksum of their own. If it does
 * not match, nobody knows where the next frame begins, and the session is over.
 *
 * @param head kind and fields
 * @param payload what follows the head, in a heap buffer
 */
public record Frame(ByteBuffer head, ByteBuffer payload) {
    static final int PREFIX_BYTES = 12;
    /** Names, numbers and a handful of voters. */
    static final int MAX_HEAD_BYTES = 64 << 10;

    /** The first byte of the head. */
    public int kind() {
        return head.get(head.position());
    }

    /** The bytes that it takes on the wire. */
    public int sizeInBytes() {
        return PREFIX_BYTES + head.remaining() + payload.remaining();
    }

    /** The bytes of a frame without payload. */
    public static ByteString encode(byte[] head) {
        return encode(head, List.of());
    }

    /**
     * The bytes of a frame. Those of the payload are shared where they lie in heap buffers, and must not change any more.
     *
     * @throws TailraceException LIMIT_EXCEEDED if the head is too long, or the whole is more than 2 GB
     */
    public static ByteString encode(byte[] head, List<ByteBuffer> payload) {
        long length = head.length;
        for (ByteBuffer part : payload) {
            length += part.remaining();
        }
        if (head.length > MAX_HEAD_BYTES || length > Integer.MAX_VALUE - PREFIX_BYTES) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "A message of " + length + " bytes, " + head.length + " of them its head, is not sent.");
        }
        ByteBuffer bytes = ByteBuffer.allocate(PREFIX_BYTES + head.length);
        bytes.putInt((int) length).putInt(head.length).putInt(0).put(head);
        bytes.putInt(8, crc(bytes.getInt(0), head.length, ByteBuffer.wrap(head)));
        ByteString frame = ByteString.fromArrayUnsafe(bytes.array());
        for (ByteBuffer part : joined(payload)) {
            frame = frame.concat(shared(part));
        }
        return frame;
    }

    /** Batches read from a log lie one behind the other: the network need not know that they are many. */
    private static List<ByteBuffer> joined(List<ByteBuffer> parts) {
        List<ByteBuffer> joined = new ArrayList<>();
        ByteBuffer last = null;
        for (ByteBuffer part : parts) {
            if (last != null && follows(last, part)) {
                last = ByteBuffer.wrap(
                        last.array(), last.arrayOffset() + last.position(), last.remaining() + part.remaining());
                joined.set(joined.size() - 1, last);
            } else {
                last = part;
                joined.add(part);
            }
        }
        return joined;
    }

    private static boolean follows(ByteBuffer last, ByteBuffer part) {
        return last.hasArray()
                && part.hasArray()
                && last.array() == part.array()
                && last.arrayOffset() + last.limit() == part.arrayOffset() + part.position();
    }

    private static ByteString shared(ByteBuffer part) {
        return part.hasArray()
                ? ByteString.fromArrayUnsafe(part.array(), part.arrayOffset() + part.position(), part.remaining())
                : ByteString.fromByteBuffer(part.duplicate());
    }

    static int crc(int length, int headLength, ByteBuffer head) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(8).putInt(length).putInt(headLength).flip());
        crc.update(head.duplicate());
        return (int) crc.getValue();
    }
}
