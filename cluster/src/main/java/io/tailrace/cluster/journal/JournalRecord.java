package io.tailrace.cluster.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of a persistence id's event partition. The key is the persistence id in UTF-8 (two ids may be meant to share no
 * partition, but a hash is a hash: a foreign key is an error). The name of the one header says which kind it is, its value has
 * the fields, big-endian; a string is {@code length int32 | UTF-8}:
 *
 * <pre>
 *   tailrace.event     version int8 (= 1) | sequence number int64 | previous int64 | serializer int32 | manifest string
 *                      | event manifest string | writer string | tags int32 × string
 *                      | has metadata int8 { serializer int32 | manifest string | length int32, bytes }
 *                      value: the payload as the serializer wrote it; timestamp: when the event was persisted
 *   tailrace.claim     version int8 (= 1) | claim id 2 × int64 | last seen int64 | highest int64          value: null
 *   tailrace.deletion  version int8 (= 1) | up to int64 | highest int64                                   value: null
 * </pre>
 *
 * <p>Batches: one or several whole atomic writes; or one claim; or one deletion.
 */
sealed interface JournalRecord {
    /** The only version of the layouts above. */
    int VERSION = 1;
    /** Room for what a record has besides payload and header: lengths, deltas, the header's name. */
    int OVERHEAD_BYTES = 128;

    /**
     * An event.
     *
     * @param previous the sequence number of the event before it, 0 if there was none. Rejected events leave gaps that are
     *     nobody's fault; any other gap shows, since then this one does not match.
     * @param eventManifest what an event adapter said, mostly empty
     * @param timestampMillis when it was persisted
     */
    record Event(
            long sequenceNr,
            long previous,
            Payload payload,
            String eventManifest,
            String writer,
            long timestampMillis,
            List<String> tags,
            @Nullable Payload metadata)
            implements JournalRecord {
        /** The same behind that sequence number. */
        Event after(long sequenceNrBefore) {
            return new Event(
                    sequenceNr, sequenceNrBefore, payload, eventManifest, writer, timestampMillis, tags, metadata);
        }
    }

    /**
     * An incarnation of the persistent actor begins: the batch's producer epoch is its own, if it is this claim that stands there.
     *
     * @param lastSeen base offset of the last data batch that the claimant had seen, -1 for none
     * @param highest sequence number that the claimant knew. True if the batch before the claim is the last seen one: else
     *     somebody wrote in between
     */
    record Claim(UUID id, long lastSeen, long highest) implements JournalRecord {
        static final long NONE_SEEN = -1;
    }

    /**
     * Events were deleted: those up to a sequence number.
     *
     * @param highest sequence number ever given, which stays
     */
    record Deletion(long upTo, long highest) implements JournalRecord {}

    /** Encodes it behind what the builder has; false if there is no room. */
    default boolean appendTo(RecordBatchBuilder builder, byte[] persistenceId, long nowMillis) {
        if (this instanceof Event event) {
            return builder.append(
                    event.timestampMillis, ByteBuffer.wrap(persistenceId), event.payload.bytes(), headers());
        }
        return builder.append(nowMillis, persistenceId, null, headers());
    }

    /** The record's one header. */
    private Headers headers() {
        if (this instanceof Event event) {
            return Headers.of(Header.of("tailrace.event", encode(event)));
        }
        FieldWriter out = new FieldWriter().int8(VERSION);
        if (this instanceof Claim claim) {
            out.int64(claim.id.getMostSignificantBits())
                    .int64(claim.id.getLeastSignificantBits())
                    .int64(claim.lastSeen)
                    .int64(claim.highest);
            return Headers.of(Header.of("tailrace.claim", out.toBytes()));
        }
        Deletion deletion = (Deletion) this;
        out.int64(deletion.upTo).int64(deletion.highest);
        return Headers.of(Header.of("tailrace.deletion", out.toBytes()));
    }

    private static byte[] encode(Event event) {
        FieldWriter out = new FieldWriter()
                .int8(VERSION)
                .int64(event.sequenceNr)
                .int64(event.previous)
                .int32(event.payload.serializerId())
                .string(event.payload.manifest())
                .string(event.eventManifest)
                .string(event.writer)
                .int32(event.tags.size());
        event.tags.forEach(out::string);
        Payload.writeOptional(event.metadata, out);
        return out.toBytes();
    }

    /** At most so many bytes does the event take in a batch. */
    static long sizeOf(Event event, int persistenceIdBytes) {
        return OVERHEAD_BYTES
                + (long) persistenceIdBytes
                + event.payload.bytes().remaining()
                + encode(event).length;
    }

    /**
     * Reads a record.
     *
     * @param persistenceId whose partition it lies in
     * @throws TailraceException CORRUPT_LOG if it is another's, or not of these layouts; DATA_DIR_VERSION
     */
    static JournalRecord of(Record record, String persistenceId) {
        ensureOwn(record, persistenceId);
        for (Header header : record.headers()) {
            ByteBuffer fields = header.value();
            if (fields == null) {
                continue;
            }
            String where = "at offset " + record.offset() + " of " + persistenceId;
            switch (header.name()) {
                case "tailrace.event":
                    return FieldReader.read(fields, VERSION, where, in -> event(in, record));
                case "tailrace.claim":
                    return FieldReader.read(
                            fields,
                            VERSION,
                            where,
                            in -> new Claim(new UUID(in.int64(), in.int64()), in.int64(), in.int64()));
                case "tailrace.deletion":
                    return FieldReader.read(fields, VERSION, where, in -> new Deletion(in.int64(), in.int64()));
                default:
            }
        }
        throw corrupt(record, persistenceId, "is neither an event, a claim nor a deletion");
    }

    private static Event event(FieldReader in, Record record) {
        long sequenceNr = in.int64();
        long previous = in.int64();
        int serializerId = in.int32();
        String manifest = in.string();
        String eventManifest = in.string();
        String writer = in.string();
        int tagCount = in.int32();
        List<String> tags = new ArrayList<>();
        for (int i = 0; i < tagCount; i++) {
            tags.add(in.string());
        }
        Payload metadata = Payload.readOptional(in);
        ByteBuffer value = record.value();
        Payload payload = new Payload(serializerId, manifest, value == null ? ByteBuffer.allocate(0) : value);
        return new Event(
                sequenceNr, previous, payload, eventManifest, writer, record.timestamp(), List.copyOf(tags), metadata);
    }

    /**
     * Checks the key.
     *
     * @throws TailraceException CORRUPT_LOG if the record is another persistence id's
     */
    static void ensureOwn(Record record, String persistenceId) {
        ByteBuffer key = record.key();
        if (key == null || !key.equals(ByteBuffer.wrap(persistenceId.getBytes(StandardCharsets.UTF_8)))) {
            throw corrupt(record, persistenceId, "belongs to another persistence id");
        }
    }

    /** All records of a batch that has been checked. */
    static List<Record> records(RecordBatch batch) {
        batch.ensureValid();
        return batch.records(RecordBatch.MAX_UNCOMPRESSED_BYTES);
    }

    /** A record that should not be there. */
    static TailraceException corrupt(Record record, String persistenceId, String what) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG,
                "The record at offset " + record.offset() + " of " + persistenceId + " " + what + ".");
    }
}
