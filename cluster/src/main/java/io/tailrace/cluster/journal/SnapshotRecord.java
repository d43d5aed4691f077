package io.tailrace.cluster.journal;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A record of a persistence id's snapshot partition, alone in its batch. The key is the persistence id in UTF-8; the name of
 * the one header says which kind it is, its value has the fields, as in {@link JournalRecord}:
 *
 * <pre>
 *   tailrace.snapshot           version int8 (= 1) | sequence number int64 | serializer int32 | manifest string
 *                               | has metadata int8 { serializer int32 | manifest string | length int32, bytes }
 *                               value: the snapshot as the serializer wrote it; timestamp: that of its metadata
 *   tailrace.snapshot-deletion  version int8 (= 1) | min sequence number int64 | max int64 | min timestamp int64 | max int64
 *                               value: null
 * </pre>
 */
sealed interface SnapshotRecord {
    /** The only version of the layouts above. */
    int VERSION = 1;

    /** A snapshot. */
    record Snapshot(
            long sequenceNr,
            long timestampMillis,
            Payload payload,
            @Nullable Payload metadata) implements SnapshotRecord {}

    /** All snapshots before it with these sequence numbers and timestamps, bounds included, are deleted. */
    record Deletion(long minSequenceNr, long maxSequenceNr, long minTimestamp, long maxTimestamp)
            implements SnapshotRecord {
        boolean matches(Snapshot snapshot) {
            return snapshot.sequenceNr >= minSequenceNr
                    && snapshot.sequenceNr <= maxSequenceNr
                    && snapshot.timestampMillis >= minTimestamp
                    && snapshot.timestampMillis <= maxTimestamp;
        }
    }

    /** A batch of it alone. */
    default RecordBatch toBatch(
            String persistenceId, int maxBytes, long nowMillis, long producerId, short epoch, int sequence) {
        RecordBatchBuilder builder =
                new RecordBatchBuilder(Compression.NONE, maxBytes).producer(producerId, epoch, sequence);
        ByteBuffer key = ByteBuffer.wrap(persistenceId.getBytes(StandardCharsets.UTF_8));
        if (this instanceof Snapshot snapshot) {
            FieldWriter out = new FieldWriter()
                    .int8(VERSION)
                    .int64(snapshot.sequenceNr)
                    .int32(snapshot.payload.serializerId())
                    .string(snapshot.payload.manifest());
            Payload.writeOptional(snapshot.metadata, out);
            builder.append(
                    snapshot.timestampMillis,
                    key,
                    snapshot.payload.bytes(),
                    Headers.of(Header.of("tailrace.snapshot", out.toBytes())));
        } else {
            Deletion deletion = (Deletion) this;
            FieldWriter out = new FieldWriter()
                    .int8(VERSION)
                    .int64(deletion.minSequenceNr)
                    .int64(deletion.maxSequenceNr)
                    .int64(deletion.minTimestamp)
                    .int64(deletion.maxTimestamp);
            builder.append(nowMillis, key, null, Headers.of(Header.of("tailrace.snapshot-deletion", out.toBytes())));
        }
        return builder.build();
    }

    /**
     * Reads a batch.
     *
     * @param persistenceId whose partition it lies in
     * @throws TailraceException CORRUPT_BATCH; CORRUPT_LOG if it is another's, or not of these layouts; DATA_DIR_VERSION
     */
    static SnapshotRecord of(RecordBatch batch, String persistenceId) {
        Record record = JournalRecord.records(batch).get(0);
        JournalRecord.ensureOwn(record, persistenceId);
        String where = "at offset " + record.offset() + " of the snapshots of " + persistenceId;
        for (Header header : record.headers()) {
            ByteBuffer fields = header.value();
            if (fields != null && header.name().equals("tailrace.snapshot")) {
                return FieldReader.read(fields, VERSION, where, in -> snapshot(in, record));
            }
            if (fields != null && header.name().equals("tailrace.snapshot-deletion")) {
                return FieldReader.read(
                        fields, VERSION, where, in -> new Deletion(in.int64(), in.int64(), in.int64(), in.int64()));
            }
        }
        throw JournalRecord.corrupt(record, persistenceId, "is neither a snapshot nor a deletion");
    }

    private static Snapshot snapshot(FieldReader in, Record record) {
        long sequenceNr = in.int64();
        int serializerId = in.int32();
        String manifest = in.string();
        ByteBuffer value = record.value();
        return new Snapshot(
                sequenceNr,
                record.timestamp(),
                new Payload(serializerId, manifest, value == null ? ByteBuffer.allocate(0) : value),
                Payload.readOptional(in));
    }
}
