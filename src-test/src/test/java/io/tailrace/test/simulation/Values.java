package io.tailrace.test.simulation;

import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Batches of values that occur once in a life, and what a read finds in them. Of a log that is compacted they say their key, and whether
 * they are tombstones: of those the name stands in a header.
 */
public final class Values {
    static final int MAX_BATCH_BYTES = 4096;

    private Values() {}

    /** A value with its place. */
    public record Placed(long offset, String value) {}

    /** Such a value. */
    static String keyed(String value, String key, boolean tombstone) {
        return value + "/" + key + (tombstone ? "!" : "");
    }

    static boolean isTombstone(String value) {
        return value.endsWith("!");
    }

    static String keyOf(String value) {
        String key = value.substring(value.indexOf('/') + 1);
        return isTombstone(key) ? key.substring(0, key.length() - 1) : key;
    }

    static RecordBatch batch(long producerId, int sequence, List<String> values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, MAX_BATCH_BYTES);
        if (producerId != RecordBatch.NO_PRODUCER_ID) {
            builder.producer(producerId, (short) 0, sequence);
        }
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            byte[] key = value.contains("/") ? keyOf(value).getBytes(StandardCharsets.UTF_8) : null;
            if (isTombstone(value)) {
                builder.append(1, key, null, Headers.of(Header.of(value, "")));
            } else {
                builder.append(1, key, bytes);
            }
        }
        return builder.build();
    }

    /** What a reader sees of it: control batches hold nothing. */
    static void read(RecordBatch batch, List<Placed> to) {
        if (!batch.isControl()) {
            for (Record record : batch.records(MAX_BATCH_BYTES)) {
                to.add(new Placed(record.offset(), text(record)));
            }
        }
    }

    private static String text(Record record) {
        ByteBuffer value = record.value();
        if (value != null) {
            return StandardCharsets.UTF_8.decode(value.duplicate()).toString();
        }
        for (Header header : record.headers()) {
            return header.name();
        }
        return "";
    }
}
