package io.tailrace.streams;

import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The batch that a partition's next records go into. */
final class OpenBatch {
    private static final int RECORD_OVERHEAD_BYTES = 36;
    private static final int HEADER_OVERHEAD_BYTES = 10;

    private final RecordBatchBuilder builder;
    /** Made for the first who wants to know. */
    private List<Delivery> deliveries = List.of();

    OpenBatch(Codec codec, int maxBytes, int expectedBytes) {
        this.builder = new RecordBatchBuilder(codec, maxBytes, new byte[expectedBytes]);
    }

    /** At least what a batch of that one record needs before compression. */
    static long sizeOf(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        long size = RecordBatch.HEADER_BYTES + RECORD_OVERHEAD_BYTES;
        size += (key == null ? 0 : key.length) + (long) (value == null ? 0 : value.length);
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            ByteBuffer bytes = header.value();
            size += HEADER_OVERHEAD_BYTES + 3L * header.name().length() + (bytes == null ? 0 : bytes.remaining());
        }
        return size;
    }

    /** False if there is no room; throws RECORD_TOO_LARGE if there never will be. */
    boolean append(
            long timestamp,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers headers,
            @Nullable Delivery delivery) {
        if (!builder.append(timestamp, key, value, headers)) {
            return false;
        }
        if (delivery != null) {
            delivery.accepted(timestamp, key == null ? -1 : key.length, value == null ? -1 : value.length);
            if (deliveries.isEmpty()) {
                deliveries = new ArrayList<>();
            }
            deliveries.add(delivery);
        }
        return true;
    }

    int sizeInBytes() {
        return builder.sizeInBytes();
    }

    /** What it holds of memory, filled or not. */
    int capacity() {
        return builder.buffer().length;
    }

    int recordCount() {
        return builder.recordCount();
    }

    List<Delivery> deliveries() {
        return deliveries;
    }

    RecordBatch build(ProducerIdentity producer, int firstSequence) {
        return builder.producer(producer.id(), producer.epoch(), firstSequence).build();
    }
}
