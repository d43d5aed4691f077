package io.tailrace.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Utils;

/** Kafka's own classes write and read segment files. */
final class KafkaSegments {
    private static final int MAX_BYTES = 1 << 20;

    private KafkaSegments() {}

    /** What one record says. */
    record Said(long offset, long timestamp, String key, String value, String headers) {
        Said without(String what) {
            return what.equals("offset") ? new Said(0, timestamp, key, value, headers) : this;
        }
    }

    /** Everything in a segment file; each batch has to be valid. */
    static List<Said> read(Path file) {
        List<Said> all = new ArrayList<>();
        try (FileRecords records = FileRecords.open(file.toFile())) {
            for (RecordBatch batch : records.batches()) {
                batch.ensureValid();
                if (batch.isControlBatch()) {
                    throw new IllegalStateException("A control batch at " + batch.baseOffset());
                }
                for (Record record : batch) {
                    record.ensureValid();
                    all.add(new Said(
                            record.offset(),
                            record.timestamp(),
                            text(record.key()),
                            text(record.value()),
                            headers(record.headers())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null ? "null" : new String(Utils.toArray(bytes), StandardCharsets.ISO_8859_1);
    }

    private static String headers(Header[] headers) {
        StringBuilder all = new StringBuilder();
        Arrays.stream(headers).forEach(header -> all.append(header.key())
                .append('=')
                .append(header.value() == null ? "null" : new String(header.value(), StandardCharsets.UTF_8))
                .append(';'));
        return all.toString();
    }

    /** A batch of records {@code <prefix>0} to {@code <prefix>n-1}, with keys and a header, of a transaction where the producer id is not -1. */
    static byte[] batch(Compression codec, long baseOffset, String prefix, int count, long producerId, int sequence) {
        boolean transactional = producerId >= 0;
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(MAX_BYTES),
                RecordBatch.MAGIC_VALUE_V2,
                codec,
                TimestampType.CREATE_TIME,
                baseOffset,
                RecordBatch.NO_TIMESTAMP,
                producerId,
                transactional ? (short) 0 : RecordBatch.NO_PRODUCER_EPOCH,
                transactional ? sequence : RecordBatch.NO_SEQUENCE,
                transactional,
                false,
                3);
        for (int i = 0; i < count; i++) {
            builder.append(
                    1_000_000L + baseOffset + i,
                    ("k" + i % 3).getBytes(StandardCharsets.UTF_8),
                    i % 7 == 6 ? null : (prefix + i).getBytes(StandardCharsets.UTF_8),
                    new Header[] {new RecordHeader("h", ("v" + i).getBytes(StandardCharsets.UTF_8))});
        }
        return Utils.toArray(builder.build().buffer());
    }

    static byte[] marker(long offset, long producerId, ControlRecordType type) {
        return Utils.toArray(MemoryRecords.withEndTransactionMarker(
                        offset, 1_000_000L, 3, producerId, (short) 0, new EndTransactionMarker(type, 0))
                .buffer());
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }
}
