package io.tailrace.cli.transfer;

import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records of another log as batches of a producer that nobody has been before: its id is 63 random bits, its sequence numbers begin at 0. Those whose batches were compressed are
 * so again, with the same codec.
 */
final class OutgoingBatches {
    /** Batches of one request: fewer than the five that a partition remembers of a producer, so it can be sent again. */
    static final int MOST = 4;

    private static final int TARGET_BYTES = 512 << 10;
    /** What a record that was compressed may have; whether its batch is too large for the topic is seen when that is compressed. */
    private static final int MAX_COMPRESSED_RECORD_BYTES = 64 << 20;

    private final long producerId = new SecureRandom().nextLong() & Long.MAX_VALUE;
    private final int maxMessageBytes;
    private List<RecordBatch> ready = new ArrayList<>();
    private int sequence;
    private Compression codec = Compression.NONE;
    private @Nullable RecordBatchBuilder open;

    /** For a topic with that {@code max.message.bytes}. */
    OutgoingBatches(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /** Whether there is a request's worth. */
    boolean isFull() {
        return ready.size() >= MOST;
    }

    /** Adds a record; throws RECORD_TOO_LARGE, INVALID_ARGUMENT, CORRUPT_BATCH, and has not added it then. */
    void add(Record record, Compression wanted) {
        if (wanted != codec) {
            close();
            codec = wanted;
        }
        RecordBatchBuilder builder = open;
        if (builder != null && append(builder, record)) {
            return;
        }
        close();
        boolean large = record.sizeInBytes() >= target() / 2;
        builder = new RecordBatchBuilder(codec, large ? largest() : target());
        append(builder, record);
        open = builder;
        if (large) {
            close();
        }
    }

    private static boolean append(RecordBatchBuilder builder, Record record) {
        return builder.append(record.timestamp(), record.key(), record.value(), record.headers());
    }

    private int target() {
        // What cannot be compressed grows by the codec's framing.
        int framing = codec == Compression.NONE ? 0 : maxMessageBytes / 64 + 128;
        return Math.max(RecordBatch.HEADER_BYTES, Math.min(TARGET_BYTES, maxMessageBytes - framing));
    }

    private int largest() {
        return codec == Compression.NONE ? maxMessageBytes : MAX_COMPRESSED_RECORD_BYTES;
    }

    private void close() {
        RecordBatchBuilder builder = open;
        open = null;
        if (builder != null) {
            ready.add(builder.producer(producerId, (short) 0, sequence).build());
            sequence = (sequence + builder.recordCount()) & Integer.MAX_VALUE;
        }
    }

    /** What is to be sent next, also what is not full. */
    List<RecordBatch> take() {
        close();
        return takeReady();
    }

    /** What is to be sent next. */
    List<RecordBatch> takeReady() {
        List<RecordBatch> taken = ready;
        ready = new ArrayList<>();
        return taken;
    }
}
