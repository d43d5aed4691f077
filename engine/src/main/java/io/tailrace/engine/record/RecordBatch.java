package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * One record batch, read in place: Kafka's record batch v2 (KIP-98, magic 2), big-endian.
 *
 * <pre>
 *   0        8        12        16      17     21       23        27          35         43        51       53       57      61
 *   +--------+--------+---------+-------+------+--------+---------+-----------+----------+---------+--------+--------+-------+
 *   | base   | batch  | leader  | magic | crc  | attri- | last    | base      | max      | producer| prod.  | base   | record| records
 *   | offset | length | epoch   | (= 2) |      | butes  | offset  | timestamp | timestamp| id      | epoch  | sequen.| count |   ...
 *   | int64  | int32  | int32   | int8  | int32| int16  | d. int32| int64     | int64    | int64   | int16  | int32  | int32 |
 *   +--------+--------+---------+-------+------+--------+---------+-----------+----------+---------+--------+--------+-------+
 * </pre>
 *
 * <p>Batch length counts the bytes after itself. The CRC32C covers everything from the attributes on, so base offset and
 * leader epoch can be assigned without touching it; the log checks those two by contiguity and by its epoch index. A view over only the 61 header bytes is a valid {@code RecordBatch} whose
 * records cannot be read ({@link #isHeaderOnly()}).
 *
 * <p>Immutable as long as nobody writes to the bytes beneath it.
 */
public final class RecordBatch {
    /** The bytes before the first record. */
    public static final int HEADER_BYTES = 61;
    /** The bytes before those that the length field counts. */
    public static final int LENGTH_PREFIX_BYTES = 12;
    /** The only format version that is written and read. */
    public static final byte MAGIC = 2;
    /** The producer id of a batch that no idempotent producer wrote. */
    public static final long NO_PRODUCER_ID = -1L;
    /** The base sequence of a batch without producer id. */
    public static final int NO_SEQUENCE = -1;

    static final int LENGTH_AT = 8;
    static final int LEADER_EPOCH_AT = 12;
    static final int MAGIC_AT = 16;
    static final int CRC_AT = 17;
    static final int ATTRIBUTES_AT = 21;
    static final int LAST_OFFSET_DELTA_AT = 23;
    static final int BASE_TIMESTAMP_AT = 27;
    static final int MAX_TIMESTAMP_AT = 35;
    static final int PRODUCER_ID_AT = 43;
    static final int PRODUCER_EPOCH_AT = 51;
    static final int BASE_SEQUENCE_AT = 53;
    static final int RECORD_COUNT_AT = 57;

    static final int CODEC_MASK = 0x07;
    static final int APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    /**
     * The most bytes that compressed records of a batch may become for it to be let into a log. Whatever the ratio: honest batches of
     * records that are all alike reach thousands. It is what a consumer takes by default.
     */
    public static final int MAX_UNCOMPRESSED_BYTES = 64 << 20;

    private static final int NOT_BUILT_HERE = -1;

    private final ByteBuffer bytes;
    /** How many bytes its records have uncompressed, if this process has made it record by record; what came from elsewhere is to be checked. */
    private final int builtBytes;

    private final boolean builtKeyed;

    private RecordBatch(ByteBuffer bytes, int builtBytes, boolean builtKeyed) {
        this.bytes = bytes;
        this.builtBytes = builtBytes;
        this.builtKeyed = builtKeyed;
    }

    /**
     * One whose records have just been encoded here, or gone through one by one: they are well formed.
     *
     * @param recordsBytes of its records, uncompressed
     * @param keyed whether each has a key
     */
    static RecordBatch built(ByteBuffer buffer, int recordsBytes, boolean keyed) {
        return new RecordBatch(at(buffer).bytes, recordsBytes, keyed);
    }

    /** Whether this process has made it, so that nothing but its checksum has to be looked at. */
    boolean isBuiltHere() {
        return builtBytes != NOT_BUILT_HERE;
    }

    /** Of a batch that was built here: the bytes of its records, uncompressed. */
    int builtBytes() {
        return builtBytes;
    }

    /** Of a batch that was built here: whether each record has a key. */
    boolean isBuiltKeyed() {
        return builtKeyed;
    }

    /**
     * The batch that begins at the buffer's position. The bytes are shared, not copied; the buffer's position is left alone.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH} if fewer bytes remain than the batch's length says, the
     *     length is impossible, or the magic is not 2. The checksum is not looked at: see {@link #ensureValid()}.
     */
    public static RecordBatch at(ByteBuffer buffer) {
        if (buffer.remaining() < HEADER_BYTES) {
            throw corrupt("only " + buffer.remaining() + " bytes, a header alone has " + HEADER_BYTES);
        }
        int start = buffer.position();
        int size = LENGTH_PREFIX_BYTES + buffer.getInt(start + LENGTH_AT);
        if (size < HEADER_BYTES) {
            throw corrupt("its length field says " + (size - LENGTH_PREFIX_BYTES));
        }
        if (size > buffer.remaining()) {
            throw corrupt("it should have " + size + " bytes, " + buffer.remaining() + " are there");
        }
        byte magic = buffer.get(start + MAGIC_AT);
        if (magic != MAGIC) {
            throw corrupt("its magic is " + magic + ", not " + MAGIC);
        }
        return new RecordBatch(buffer.slice(start, size), NOT_BUILT_HERE, false);
    }

    /** A view of the header alone, over the 61 bytes at the buffer's position. */
    public static RecordBatch headerAt(ByteBuffer buffer) {
        if (buffer.remaining() < HEADER_BYTES) {
            throw corrupt("only " + buffer.remaining() + " bytes, a header alone has " + HEADER_BYTES);
        }
        return new RecordBatch(buffer.slice(buffer.position(), HEADER_BYTES), NOT_BUILT_HERE, false);
    }

    static TailraceException corrupt(String what) {
        return new TailraceException(
                ErrorCode.CORRUPT_BATCH, "Not a record batch: " + what + ". Send the batch again as it was built.");
    }

    /** Whether only the header is there. */
    public boolean isHeaderOnly() {
        return bytes.capacity() < sizeInBytes();
    }

    /** Offset of the first record. */
    public long baseOffset() {
        return bytes.getLong(0);
    }

    /** The whole batch's size in bytes, header included. */
    public int sizeInBytes() {
        return LENGTH_PREFIX_BYTES + bytes.getInt(LENGTH_AT);
    }

    /** The epoch of the leader that appended it, or -1 before that. */
    public int leaderEpoch() {
        return bytes.getInt(LEADER_EPOCH_AT);
    }

    /** The format version, 2. */
    public byte magic() {
        return bytes.get(MAGIC_AT);
    }

    /** The checksum that stands in the header. */
    public int crc() {
        return bytes.getInt(CRC_AT);
    }

    /** The attribute bits. */
    public short attributes() {
        return bytes.getShort(ATTRIBUTES_AT);
    }

    /** Offset of the last record. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** The offset after the last record's. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    /** Last offset minus base offset. */
    public int lastOffsetDelta() {
        return bytes.getInt(LAST_OFFSET_DELTA_AT);
    }

    /** Timestamp of the first record, milliseconds since 1970. */
    public long baseTimestamp() {
        return bytes.getLong(BASE_TIMESTAMP_AT);
    }

    /** Largest timestamp of the records, or the append time, milliseconds since 1970. */
    public long maxTimestamp() {
        return bytes.getLong(MAX_TIMESTAMP_AT);
    }

    /** The idempotent producer that wrote it, or {@link #NO_PRODUCER_ID}. */
    public long producerId() {
        return bytes.getLong(PRODUCER_ID_AT);
    }

    /** That producer's epoch, or -1. */
    public short producerEpoch() {
        return bytes.getShort(PRODUCER_EPOCH_AT);
    }

    /** The producer's sequence number of the first record, or {@link #NO_SEQUENCE}. */
    public int baseSequence() {
        return bytes.getInt(BASE_SEQUENCE_AT);
    }

    /** The producer's sequence number of the last record (wrapping to 0 after {@code Integer.MAX_VALUE}), or -1. */
    public int lastSequence() {
        int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : (int) (((long) base + lastOffsetDelta()) & Integer.MAX_VALUE);
    }

    /** How many records it holds. */
    public int recordCount() {
        return bytes.getInt(RECORD_COUNT_AT);
    }

    /** Whether an idempotent producer wrote it. */
    public boolean hasProducerId() {
        return producerId() != NO_PRODUCER_ID;
    }

    /**
     * The codec of its records.
     *
     * @throws TailraceException {@link ErrorCode#UNKNOWN_CODEC}
     */
    public Compression compression() {
        return Compression.ofId(attributes() & CODEC_MASK);
    }

    /** What its timestamps mean. */
    public TimestampType timestampType() {
        return (attributes() & APPEND_TIME_BIT) == 0 ? TimestampType.CREATE_TIME : TimestampType.LOG_APPEND_TIME;
    }

    /** Whether it belongs to a transaction. */
    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL_BIT) != 0;
    }

    /** Whether it is a control batch: a mark of the log itself, never shown to a reader. */
    public boolean isControl() {
        return (attributes() & CONTROL_BIT) != 0;
    }

    /**
     * From when on tombstones of this batch may go (KIP-534), milliseconds since 1970; empty before it was compacted with a tombstone
     * in it. It stands where the base timestamp did, to which the records' own are relative all the same.
     */
    public OptionalLong deleteHorizonMillis() {
        return (attributes() & DELETE_HORIZON_BIT) == 0 ? OptionalLong.empty() : OptionalLong.of(baseTimestamp());
    }

    /** Whether it only stands for the offsets of data batches that compaction has emptied: see {@link StandIn}. */
    public boolean isStandIn() {
        return recordCount() == 0 && !hasProducerId() && !isControl();
    }

    /** How many data batches the log has up to here, this one included, if it had so many before. Control batches do not count. */
    public long countedAfter(long before) {
        if (isControl()) {
            return before;
        }
        return isStandIn() ? baseTimestamp() : before + 1;
    }

    /** A fresh view of the bytes, position 0, limit at their end. Not to be written to. */
    public ByteBuffer bytes() {
        return bytes.duplicate();
    }

    /** Whether the checksum in the header is that of the bytes. False for a header alone. */
    public boolean checksumMatches() {
        if (isHeaderOnly()) {
            return false;
        }
        return crc() == checksum(bytes);
    }

    /**
     * Checks the checksum.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH}
     */
    public void ensureValid() {
        if (!checksumMatches()) {
            throw corrupt("its checksum does not match its bytes");
        }
    }

    /**
     * Checks what can be known of a batch of a producer without reading its records: the header makes sense and the checksum
     * matches. Holds for a batch on its way to the log; a compacted batch in a log has holes.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH}, {@link ErrorCode#UNKNOWN_CODEC}
     */
    public void ensureAppendable() {
        BatchCheck.ensureAppendable(this);
    }

    /**
     * Checks all that {@link #ensureAppendable()} does, and that every record of it can be read. Decompresses.
     *
     * @param maxRecordsBytes the most bytes that compressed records may become
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH}, {@link ErrorCode#UNKNOWN_CODEC},
     *     {@link ErrorCode#DECOMPRESSION_LIMIT}
     */
    public void ensureWellFormed(int maxRecordsBytes) {
        ensureAppendable();
        BatchCheck.ensureWellFormed(this, uncompressed(maxRecordsBytes), false);
    }

    /**
     * A cursor before the first record. Uncompressed records are read in place where the batch lies in a heap buffer;
     * compressed ones are decompressed here, all at once. The checksum is not looked at: see {@link #ensureValid()}.
     *
     * @param maxRecordsBytes the most bytes that compressed records may become
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH} (also from the cursor), {@link ErrorCode#UNKNOWN_CODEC},
     *     {@link ErrorCode#DECOMPRESSION_LIMIT}
     */
    public RecordCursor cursor(int maxRecordsBytes) {
        if (bytes.capacity() != sizeInBytes()) {
            throw corrupt("only its header is here");
        }
        return new RecordCursor(this, uncompressed(maxRecordsBytes));
    }

    /** The records as a list; {@link #cursor(int)} says what is thrown. */
    public List<Record> records(int maxRecordsBytes) {
        RecordCursor cursor = cursor(maxRecordsBytes);
        List<Record> records = new ArrayList<>(recordCount());
        while (cursor.next()) {
            records.add(cursor.record());
        }
        return records;
    }

    ByteCursor uncompressed(int maxRecordsBytes) {
        return uncompressed(maxRecordsBytes, false);
    }

    /**
     * Its records, uncompressed.
     *
     * @param counted whether compressed ones are counted first: see {@link RecordCompression#decompressCounted}
     */
    ByteCursor uncompressed(int maxRecordsBytes, boolean counted) {
        Compression codec = compression();
        byte[] array;
        int start = HEADER_BYTES;
        if (bytes.hasArray()) {
            array = bytes.array();
            start += bytes.arrayOffset();
        } else {
            array = new byte[bytes.capacity()];
            bytes.get(0, array);
        }
        int end = start + bytes.capacity() - HEADER_BYTES;
        // Compaction leaves empty batches behind, and no codec was asked for them.
        if (codec == Compression.NONE || start == end) {
            return new ByteCursor(array, start, end);
        }
        return counted
                ? RecordCompression.decompressCounted(codec, array, start, end, maxRecordsBytes)
                : RecordCompression.decompress(codec, array, start, end, maxRecordsBytes);
    }

    /**
     * Copies the batch to the destination's position, with the place that the leader has given it. The bytes here stay as
     * they are: a producer may have to send them again.
     *
     * @param appendTimeMillis the timestamp that replaces those of the records, or -1 to keep them
     */
    public void copyTo(ByteBuffer destination, long baseOffset, int leaderEpoch, long appendTimeMillis) {
        int start = destination.position();
        destination.put(bytes.duplicate());
        destination.putLong(start, baseOffset);
        destination.putInt(start + LEADER_EPOCH_AT, leaderEpoch);
        if (appendTimeMillis >= 0) {
            destination.putShort(start + ATTRIBUTES_AT, (short) (attributes() | APPEND_TIME_BIT));
            destination.putLong(start + MAX_TIMESTAMP_AT, appendTimeMillis);
            destination.putInt(start + CRC_AT, checksum(destination.slice(start, sizeInBytes())));
        }
    }

    static int checksum(ByteBuffer batch) {
        CRC32C crc = new CRC32C();
        crc.update(batch.slice(ATTRIBUTES_AT, batch.capacity() - ATTRIBUTES_AT));
        return (int) crc.getValue();
    }

    @Override
    public String toString() {
        return "RecordBatch[offsets " + baseOffset() + ".." + lastOffset() + ", epoch " + leaderEpoch() + ", "
                + sizeInBytes() + " bytes]";
    }
}
