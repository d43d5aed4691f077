package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.cluster.replication.MessageLayout.Body;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The messages of the replication core as bytes: fields in the head, batches as they are behind it. Big-endian.
 *
 * <pre>
 *   head      type int8, version int8, part count int32, crc int32, fields of the type
 *   payload   the batches, each as long as its own length field says; or a part of a snapshot
 * </pre>
 *
 * <p>The fields of each type stand in {@link MessageLayouts}. A batch's own checksum covers neither its offset nor its epoch, so the crc, a
 * CRC32C of the first 21 bytes of every batch, does; the head has the checksum of its frame. The batches' own checksums are looked at by
 * the core, before anything is written. Of a part of a snapshot the crc covers all.
 */
public final class MessageFormat {
    /** Base offset, length, epoch, magic and checksum: what a batch's checksum does not cover. */
    private static final int PLACE_BYTES = 21;

    private MessageFormat() {}

    /** Writes type, version, and fields into the head. */
    public static void writeHead(Message message, FieldWriter head) {
        MessageLayout<?> layout = MessageLayouts.of(message);
        List<ByteBuffer> parts = layout.payload(message);
        CRC32C check = new CRC32C();
        parts.forEach(part -> check.update(layout.inBatches() ? part.slice(0, PLACE_BYTES) : part.duplicate()));
        head.int8(layout.type()).int8(layout.version()).int32(parts.size()).int32((int) check.getValue());
        layout.write(message, head);
    }

    /** The bytes behind its fields, not copied. */
    public static List<ByteBuffer> payload(Message message) {
        return MessageLayouts.of(message).payload(message);
    }

    /**
     * The message that begins at the head's position; its batches are views of the payload.
     *
     * @throws UnreadableMessage if its type or its version is not known, or it does not fit its layout
     */
    public static Message read(ByteBuffer head, ByteBuffer payload) {
        FieldReader in = new FieldReader(head, "A message of a replica");
        try {
            int type = in.int8();
            int version = in.int8();
            MessageLayout<?> layout = MessageLayouts.of(type, version);
            Message message = layout.read(body(in, layout, payload, in.count(), in.int32()));
            in.end();
            return message;
        } catch (UnreadableMessage e) {
            throw e;
        } catch (TailraceException e) {
            throw new UnreadableMessage(Dropped.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    private static Body body(FieldReader in, MessageLayout<?> layout, ByteBuffer payload, int parts, int check) {
        if (layout.inBatches()) {
            return new Body(in, batches(payload, parts, check), ByteBuffer.allocate(0));
        }
        CRC32C crc = new CRC32C();
        crc.update(payload.duplicate());
        if (parts > 1 || (int) crc.getValue() != check) {
            throw new UnreadableMessage(
                    Dropped.MALFORMED, "The bytes of a message of a replica were damaged on the way.");
        }
        return new Body(in, List.of(), payload.slice());
    }

    private static List<RecordBatch> batches(ByteBuffer payload, int count, int expectedPlaces) {
        ByteBuffer rest = payload.duplicate();
        if (count > rest.remaining() / RecordBatch.HEADER_BYTES) {
            throw new UnreadableMessage(
                    Dropped.MALFORMED,
                    "A message of a replica claims " + count + " batches in " + rest.remaining() + " bytes.");
        }
        List<RecordBatch> batches = new ArrayList<>(count);
        CRC32C places = new CRC32C();
        for (int i = 0; i < count; i++) {
            RecordBatch batch = RecordBatch.at(rest);
            places.update(rest.slice(rest.position(), PLACE_BYTES));
            rest.position(rest.position() + batch.sizeInBytes());
            batches.add(batch);
        }
        if (rest.hasRemaining() || (int) places.getValue() != expectedPlaces) {
            throw new UnreadableMessage(
                    Dropped.MALFORMED,
                    "The batches of a message of a replica are not those that were sent: they were damaged on the way.");
        }
        return batches;
    }
}
