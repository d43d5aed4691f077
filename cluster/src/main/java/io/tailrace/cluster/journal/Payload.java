package io.tailrace.cluster.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An object as Pekko Serialization writes it.
 *
 * @param serializerId of the serializer that made the bytes
 * @param manifest what that serializer wants to know besides, possibly empty
 * @param bytes not to be written to
 */
record Payload(int serializerId, String manifest, ByteBuffer bytes) {
    /** A copy of the bytes. */
    byte[] toBytes() {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return copy;
    }

    static void writeOptional(@Nullable Payload payload, FieldWriter out) {
        if (payload == null) {
            out.int8(0);
        } else {
            out.int8(1).int32(payload.serializerId).string(payload.manifest).bytes(payload.toBytes());
        }
    }

    static @Nullable Payload readOptional(FieldReader in) {
        return in.int8() == 0 ? null : new Payload(in.int32(), in.string(), ByteBuffer.wrap(in.bytes()));
    }
}
