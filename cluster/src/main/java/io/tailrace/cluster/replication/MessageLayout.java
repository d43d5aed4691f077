package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * How one type of message is laid out.
 *
 * @param kind the type
 * @param type its number on the wire, never given to another
 * @param version of the layout
 * @param batches those that it carries
 * @param writer puts its fields down
 * @param reader makes it again
 */
record MessageLayout<M extends Message>(
        Class<M> kind,
        int type,
        int version,
        Function<M, List<RecordBatch>> batches,
        BiConsumer<M, FieldWriter> writer,
        Function<Body, M> reader) {

    /**
     * What a message is made of again.
     *
     * @param in its fields
     * @param batches those that came with it
     */
    record Body(FieldReader in, List<RecordBatch> batches) {
        Body {
            batches = List.copyOf(batches);
        }

        /** The fields, for a type that carries no batches. */
        FieldReader alone() {
            if (!batches.isEmpty()) {
                throw in.malformed(batches.size() + " batches where none belong");
            }
            return in;
        }
    }

    List<RecordBatch> batches(Message message) {
        return batches.apply(kind.cast(message));
    }

    void write(Message message, FieldWriter out) {
        writer.accept(kind.cast(message), out);
    }

    M read(Body body) {
        return reader.apply(body);
    }
}
