package io.tailrace.test.simulation;

import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Batches of values that occur once in a life, and what a read finds in them. */
public final class Values {
    static final int MAX_BATCH_BYTES = 4096;

    private Values() {}

    /** A value with its place. */
    public record Placed(long offset, String value) {}

    static RecordBatch batch(long producerId, int sequence, List<String> values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, MAX_BATCH_BYTES);
        if (producerId != RecordBatch.NO_PRODUCER_ID) {
            builder.producer(producerId, (short) 0, sequence);
        }
        for (String value : values) {
            builder.append(1, null, value.getBytes(StandardCharsets.UTF_8));
        }
        return builder.build();
    }

    /** What a reader sees of it: control batches hold nothing. */
    static void read(RecordBatch batch, List<Placed> to) {
        if (!batch.isControl()) {
            for (Record record : batch.records(MAX_BATCH_BYTES)) {
                to.add(new Placed(record.offset(), text(record.value())));
            }
        }
    }

    private static String text(@Nullable ByteBuffer value) {
        return value == null
                ? ""
                : StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }
}
