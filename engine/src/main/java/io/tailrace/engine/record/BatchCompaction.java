package io.tailrace.engine.record;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.function.Predicate;

/**
 * Takes records out of a batch that the log has (KIP-58). What remains keeps its offsets and timestamps; the batch keeps its place,
 * its epoch and its producer's sequence numbers, of which it has fewer records then than its last offset delta says. Its codec stays.
 *
 * <p>For one thread. The array beneath is used again for the next batch.
 */
public final class BatchCompaction {
    private static final int FIRST_BUFFER_BYTES = 1 << 16;

    private final int maxRecordsBytes;
    private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
    private int position;

    /**
     * Ready to use.
     *
     * @param maxRecordsBytes the most bytes that compressed records may become
     */
    public BatchCompaction(int maxRecordsBytes) {
        this.maxRecordsBytes = maxRecordsBytes;
    }

    /**
     * The batch with those of its records that the predicate wants.
     *
     * @param batch not a control batch; its checksum is the caller's business
     * @param keeps asked once for each record, in their order
     * @param horizonMillis from when on tombstones may go that are kept now and of which none was kept before (KIP-534); -1 to
     *     leave that open
     * @return the batch itself if nothing changes; without records ({@link RecordBatch#recordCount}) if none is kept. Valid until the
     *     next call
     * @throws io.tailrace.engine.error.TailraceException CORRUPT_BATCH, UNKNOWN_CODEC, DECOMPRESSION_LIMIT
     */
    public RecordBatch retain(RecordBatch batch, Predicate<RecordCursor> keeps, long horizonMillis) {
        if (batch.recordCount() == 0) {
            return batch;
        }
        ByteCursor records = batch.uncompressed(maxRecordsBytes);
        int start = records.position;
        int end = records.limit;
        RecordCursor cursor = new RecordCursor(batch, records);
        BitSet kept = new BitSet(batch.recordCount());
        boolean tombstones = false;
        for (int i = 0; cursor.next(); i++) {
            if (keeps.test(cursor)) {
                kept.set(i);
                tombstones |= cursor.valueSize() < 0;
            }
        }
        boolean fixHorizon =
                tombstones && horizonMillis >= 0 && batch.deleteHorizonMillis().isEmpty();
        if (kept.isEmpty()) {
            return withoutRecords(batch);
        }
        if (kept.cardinality() == batch.recordCount() && !fixHorizon) {
            return batch;
        }
        records.position = start;
        records.limit = end;
        return rewritten(
                batch,
                new RecordCursor(batch, records),
                kept,
                fixHorizon ? horizonMillis : batch.baseTimestamp(),
                fixHorizon);
    }

    /** The header alone, as that of a batch without records: a producer's sequence numbers, at their offsets. */
    private static RecordBatch withoutRecords(RecordBatch batch) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        bytes.put(0, batch.bytes(), 0, RecordBatch.HEADER_BYTES);
        int attributes = batch.attributes() & ~(RecordBatch.CODEC_MASK | RecordBatch.DELETE_HORIZON_BIT);
        return finished(bytes, attributes, batch.baseTimestamp(), batch.maxTimestamp(), 0);
    }

    private RecordBatch rewritten(
            RecordBatch batch, RecordCursor cursor, BitSet kept, long baseTimestamp, boolean fixHorizon) {
        position = RecordBatch.HEADER_BYTES;
        long maxTimestamp = -1;
        for (int i = 0; cursor.next(); i++) {
            if (kept.get(i)) {
                copy(cursor, baseTimestamp, baseTimestamp == batch.baseTimestamp());
                maxTimestamp = Math.max(maxTimestamp, cursor.timestamp());
            }
        }
        Compression codec = batch.compression();
        ByteBuffer bytes = codec == Compression.NONE
                ? ByteBuffer.wrap(buffer, 0, position)
                : RecordCompression.compress(Codec.of(codec), buffer, RecordBatch.HEADER_BYTES, position);
        bytes.put(0, batch.bytes(), 0, RecordBatch.HEADER_BYTES);
        int attributes = batch.attributes() | (fixHorizon ? RecordBatch.DELETE_HORIZON_BIT : 0);
        return finished(bytes, attributes, baseTimestamp, maxTimestamp, kept.cardinality());
    }

    private void copy(RecordCursor cursor, long baseTimestamp, boolean verbatim) {
        if (verbatim) {
            append(cursor.array(), cursor.start(), cursor.end());
            return;
        }
        long delta = cursor.createTimestamp() - baseTimestamp;
        int size = 1 + Varint.sizeOf(delta) + cursor.end() - cursor.offsetDeltaAt();
        reserve(1 + Varint.MAX_INT_BYTES + Varint.MAX_LONG_BYTES);
        position = Varint.write(buffer, position, size);
        buffer[position++] = 0;
        position = Varint.write(buffer, position, delta);
        append(cursor.array(), cursor.offsetDeltaAt(), cursor.end());
    }

    private void append(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, buffer, position, end - start);
        position += end - start;
    }

    private void reserve(int bytes) {
        long needed = (long) position + bytes;
        if (needed > buffer.length) {
            byte[] larger = new byte[(int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * buffer.length))];
            System.arraycopy(buffer, 0, larger, 0, position);
            buffer = larger;
        }
    }

    private static RecordBatch finished(
            ByteBuffer bytes, int attributes, long baseTimestamp, long maxTimestamp, int records) {
        bytes.putInt(RecordBatch.LENGTH_AT, bytes.limit() - RecordBatch.LENGTH_PREFIX_BYTES);
        bytes.putShort(RecordBatch.ATTRIBUTES_AT, (short) attributes);
        bytes.putLong(RecordBatch.BASE_TIMESTAMP_AT, baseTimestamp);
        bytes.putLong(RecordBatch.MAX_TIMESTAMP_AT, maxTimestamp);
        bytes.putInt(RecordBatch.RECORD_COUNT_AT, records);
        bytes.putInt(RecordBatch.CRC_AT, RecordBatch.checksum(bytes.slice()));
        return RecordBatch.at(bytes);
    }
}
