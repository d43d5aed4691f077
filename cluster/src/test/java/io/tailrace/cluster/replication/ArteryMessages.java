package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.replication.quorum.Message;
import java.nio.ByteBuffer;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** The replicas' messages as a serializer of Pekko's, to compare Artery with links: {@link LinkBench}. */
public final class ArteryMessages extends SerializerWithStringManifest implements ByteBufferSerializer {
    @Override
    public int identifier() {
        return 7_070_199;
    }

    @Override
    public String manifest(Object object) {
        return "m";
    }

    @Override
    public void toBinary(Object object, ByteBuffer buffer) {
        FieldWriter head = new FieldWriter();
        MessageFormat.writeHead((Message) object, head);
        byte[] fields = head.toBytes();
        // Not putInt: the transport's buffers are little-endian.
        buffer.put(new FieldWriter().int32(fields.length).toBytes()).put(fields);
        MessageFormat.payload((Message) object).forEach(buffer::put);
    }

    @Override
    public Object fromBinary(ByteBuffer buffer, String manifest) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return fromBinary(bytes, manifest);
    }

    @Override
    public byte[] toBinary(Object object) {
        ByteBuffer buffer = ByteBuffer.allocate(4 << 20);
        toBinary(object, buffer);
        byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        int length = all.getInt();
        ByteBuffer head = all.slice(4, length);
        return MessageFormat.read(head, all.slice(4 + length, bytes.length - 4 - length));
    }
}
