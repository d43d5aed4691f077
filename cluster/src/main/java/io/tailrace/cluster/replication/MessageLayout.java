package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * How one type of message is laid out in one version.
 *
 * @param kind the type
 * @param type its number on the wire, never given to another
 * @param version of the layout
 * @param says whether it can say all that is in a message: the oldest that can is written, so that older nodes understand it
 * @param payload the bytes that go behind the fields
 * @param inBatches whether they are batches, one in each part
 * @param writer puts its fields down
 * @param reader makes it again
 */
record MessageLayout<M extends Message>(
        Class<M> kind,
        int type,
        int version,
        Predicate<M> says,
        Function<M, List<ByteBuffer>> payload,
        boolean inBatches,
        BiConsumer<M, FieldWriter> writer,
        Function<Body, M> reader) {

    /**
     * What a message is made of again.
     *
     * @param in its fields
     * @param batches those that came with it
     * @param bytes those that came with it and are no batches
     */
    record Body(FieldReader in, List<RecordBatch> batches, ByteBuffer bytes) {
        Body {
            batches = List.copyOf(batches);
        }

        /** The fields, for a type that carries nothing else. */
        FieldReader alone() {
            if (bytes.hasRemaining()) {
                throw in.malformed(bytes.remaining() + " bytes behind its fields where none belong");
            }
            return in;
        }
    }

    /** The same, for messages that are to be written in it, and not in the next version. */
    MessageLayout<M> until(Predicate<M> sayable) {
        return new MessageLayout<>(kind, type, version, sayable, payload, inBatches, writer, reader);
    }

    /** The same as that version. */
    MessageLayout<M> ofVersion(int newer) {
        return new MessageLayout<>(kind, type, newer, says, payload, inBatches, writer, reader);
    }

    boolean canSay(Message message) {
        return says.test(kind.cast(message));
    }

    List<ByteBuffer> payload(Message message) {
        return payload.apply(kind.cast(message));
    }

    void write(Message message, FieldWriter out) {
        writer.accept(kind.cast(message), out);
    }

    M read(Body body) {
        return reader.apply(body);
    }
}
