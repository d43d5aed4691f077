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
 *   head      type int8, version int8, batch count int32, place crc int32, fields of the type
 *   payload   the batches, each as long as its own length field says
 * </pre>
 *
 * <p>The fields of each type stand in {@link MessageLayouts}. A batch's own checksum covers neither its offset nor its epoch, so the place crc, a
 * CRC32C of the first 21 bytes of every batch, does; the head has the checksum of its frame. The batches' own checksums are looked at by
 * the core, before anything is written.
 */
public final class MessageFormat {
    /** Base offset, length, epoch, magic and checksum: what a batch's checksum does not cover. */
    private static final int PLACE_BYTES = 21;

    private MessageFormat() {}

    /** Writes type, version, and fields into the head. */
    public static void writeHead(Message message, FieldWriter head) {
        MessageLayout<?> layout = MessageLayouts.of(message);
        List<RecordBatch> batches = layout.batches(message);
        CRC32C places = new CRC32C();
        batches.forEach(batch -> places.update(batch.bytes().slice(0, PLACE_BYTES)));
        head.int8(layout.type()).int8(layout.version()).int32(batches.size()).int32((int) places.getValue());
        layout.write(message, head);
    }

    /** The bytes of its batches, not copied. */
    public static List<ByteBuffer> payload(Message message) {
        return MessageLayouts.of(message).batches(message).stream()
                .map(RecordBatch::bytes)
                .toList();
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
            int count = in.count();
            int places = in.int32();
            Message message = layout.read(new Body(in, batches(payload, count, places)));
            in.end();
            return message;
        } catch (UnreadableMessage e) {
            throw e;
        } catch (TailraceException e) {
            throw new UnreadableMessage(Dropped.MALFORMED, String.valueOf(e.getMessage()));
        }
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
