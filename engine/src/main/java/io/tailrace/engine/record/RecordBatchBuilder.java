package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes one {@link RecordBatch}: each record is encoded straight into the batch's bytes as it comes, so that nothing is left to do
 * at the end but the header, the checksum and, where asked for, the compression.
 *
 * <p>Used once, by one thread. The array beneath grows as needed; one that is handed in is used first, so that a producer
 * can recycle the arrays of batches that have been answered.
 */
public final class RecordBatchBuilder {
    private static final int FIRST_BUFFER_BYTES = 4096;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final Codec codec;
    private final int maxBytes;

    private byte[] buffer;
    private int position = RecordBatch.HEADER_BYTES;
    private int recordCount;
    private long baseTimestamp = -1;
    private long maxTimestamp = -1;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = -1;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private long baseOffset;
    private int leaderEpoch = -1;
    private boolean control;
    private boolean keyed = true;
    private boolean built;

    /** A builder with an array of its own. See {@link #RecordBatchBuilder(Compression, int, byte[])}. */
    public RecordBatchBuilder(Compression compression, int maxBytes) {
        this(
                compression,
                maxBytes,
                new byte[Math.max(RecordBatch.HEADER_BYTES, Math.min(maxBytes, FIRST_BUFFER_BYTES))]);
    }

    /**
     * A builder that writes to that array for as long as it is large enough.
     *
     * @param maxBytes the most bytes of the batch, header included, before compression. Incompressible records may grow by a
     *     codec's framing, well under 1 %: a writer that compresses leaves the partition's limit that much room.
     * @throws TailraceException {@link ErrorCode#INVALID_ARGUMENT} if maxBytes does not even hold a header
     */
    public RecordBatchBuilder(Compression compression, int maxBytes, byte[] buffer) {
        this(Codec.of(compression), maxBytes, buffer);
    }

    /** The same with a level. */
    public RecordBatchBuilder(Codec codec, int maxBytes, byte[] buffer) {
        if (maxBytes < RecordBatch.HEADER_BYTES) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A batch of " + maxBytes + " bytes cannot be: its header has " + RecordBatch.HEADER_BYTES + ".");
        }
        this.codec = codec;
        this.maxBytes = Math.min(maxBytes, LARGEST_ARRAY);
        this.buffer = buffer;
    }

    /** As {@link #append(long, byte[], byte[], Headers)}, without headers. */
    public boolean append(long timestamp, byte @Nullable [] key, byte @Nullable [] value) {
        return append(timestamp, key, value, Headers.EMPTY);
    }

    /**
     * Encodes a record behind those that are there; the arrays are copied.
     *
     * @param timestamp milliseconds since 1970, or -1 for none
     * @return false if the batch has no room for it: nothing has changed then, and the record belongs into the next batch
     * @throws TailraceException {@link ErrorCode#RECORD_TOO_LARGE} if not even an empty batch has room for it;
     *     {@link ErrorCode#INVALID_ARGUMENT} for a timestamp below -1
     */
    public boolean append(long timestamp, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        int keySize = key == null ? -1 : key.length;
        int valueSize = value == null ? -1 : value.length;
        int bodySize = begin(timestamp, keySize, valueSize, headers);
        if (bodySize < 0) {
            return false;
        }
        keyed &= key != null;
        byte[] target = buffer;
        int at = writePrefix(timestamp, bodySize);
        at = Varint.write(target, at, keySize);
        if (key != null) {
            System.arraycopy(key, 0, target, at, keySize);
            at += keySize;
        }
        at = Varint.write(target, at, valueSize);
        if (value != null) {
            System.arraycopy(value, 0, target, at, valueSize);
            at += valueSize;
        }
        end(timestamp, at, headers);
        return true;
    }

    /** The same with the remaining bytes of buffers, whose positions are left alone. */
    public boolean append(long timestamp, @Nullable ByteBuffer key, @Nullable ByteBuffer value, Headers headers) {
        int keySize = key == null ? -1 : key.remaining();
        int valueSize = value == null ? -1 : value.remaining();
        int bodySize = begin(timestamp, keySize, valueSize, headers);
        if (bodySize < 0) {
            return false;
        }
        keyed &= key != null;
        int at = writePrefix(timestamp, bodySize);
        at = Varint.write(buffer, at, keySize);
        if (key != null) {
            key.get(key.position(), buffer, at, keySize);
            at += keySize;
        }
        at = Varint.write(buffer, at, valueSize);
        if (value != null) {
            value.get(value.position(), buffer, at, valueSize);
            at += valueSize;
        }
        end(timestamp, at, headers);
        return true;
    }

    /** Makes room, and returns the size that the record's length field says; -1 if it belongs into the next batch. */
    private int begin(long timestamp, int keySize, int valueSize, Headers headers) {
        if (built) {
            throw new IllegalStateException("the batch has been built");
        }
        if (timestamp < -1) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Timestamp " + timestamp + " lies before 1970: give milliseconds since then, or -1 for none.");
        }
        long delta = recordCount == 0 ? 0 : timestamp - baseTimestamp;
        long bodySize = 1L
                + Varint.sizeOf(delta)
                + Varint.sizeOf(recordCount)
                + Varint.sizeOf(keySize)
                + Math.max(0, keySize)
                + Varint.sizeOf(valueSize)
                + Math.max(0, valueSize)
                + (headers.isEmpty() ? 1 : HeaderFormat.sizeOf(headers));
        // Past maxBytes the size need not fit an int; five bytes of length settle the same question.
        long end = position + bodySize + (bodySize > maxBytes ? Varint.MAX_INT_BYTES : Varint.sizeOf((int) bodySize));
        if (end > maxBytes) {
            if (recordCount > 0) {
                return -1;
            }
            throw new TailraceException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "The record needs a batch of " + end + " bytes, " + maxBytes
                            + " are allowed: send it in pieces or raise max.message.bytes.");
        }
        if (end > buffer.length) {
            grow((int) end);
        }
        return (int) bodySize;
    }

    private void grow(int needed) {
        long doubled = Math.max(FIRST_BUFFER_BYTES, 2L * buffer.length);
        byte[] larger = new byte[(int) Math.min(maxBytes, Math.max(needed, doubled))];
        System.arraycopy(buffer, 0, larger, 0, Math.min(position, buffer.length));
        buffer = larger;
    }

    private int writePrefix(long timestamp, int bodySize) {
        if (recordCount == 0) {
            baseTimestamp = timestamp;
        }
        int at = Varint.write(buffer, position, bodySize);
        buffer[at++] = 0;
        at = Varint.write(buffer, at, timestamp - baseTimestamp);
        return Varint.write(buffer, at, recordCount);
    }

    private void end(long timestamp, int at, Headers headers) {
        if (headers.isEmpty()) {
            buffer[at] = 0;
            position = at + 1;
        } else {
            position = HeaderFormat.write(buffer, at, headers);
        }
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        recordCount++;
    }

    /** Bytes of the batch as it stands, header included; before compression. */
    public int sizeInBytes() {
        return position;
    }

    /** How many records it holds. */
    public int recordCount() {
        return recordCount;
    }

    /** Whether it holds no record. */
    public boolean isEmpty() {
        return recordCount == 0;
    }

    /** Makes it a batch of an idempotent producer. Without this call it has neither producer id nor sequence. */
    public RecordBatchBuilder producer(long id, short epoch, int firstSequence) {
        this.producerId = id;
        this.producerEpoch = epoch;
        this.baseSequence = firstSequence;
        return this;
    }

    /** Makes it a control batch, which has its place from the beginning. */
    RecordBatchBuilder controlAt(long offset, int epoch) {
        this.control = true;
        this.baseOffset = offset;
        this.leaderEpoch = epoch;
        return this;
    }

    /**
     * Compresses, writes header and checksum. Base offset is 0 and leader epoch -1 until a leader gives the batch its place.
     * The batch lies in {@link #buffer()} if it is not compressed, else in an array of its own.
     *
     * @throws IllegalStateException if there is no record, or it was built before
     */
    public RecordBatch build() {
        if (built || recordCount == 0) {
            throw new IllegalStateException(built ? "the batch has been built" : "a batch has at least one record");
        }
        built = true;
        ByteBuffer batch;
        if (codec.compression() == Compression.NONE) {
            batch = ByteBuffer.wrap(buffer, 0, position);
        } else {
            batch = RecordCompression.compress(codec, buffer, RecordBatch.HEADER_BYTES, position);
        }
        writeHeader(batch);
        return RecordBatch.built(batch, position - RecordBatch.HEADER_BYTES, keyed);
    }

    private void writeHeader(ByteBuffer batch) {
        int attributes = codec.compression().id() | (control ? RecordBatch.CONTROL_BIT : 0);
        batch.putLong(0, baseOffset);
        batch.putInt(RecordBatch.LENGTH_AT, batch.limit() - RecordBatch.LENGTH_PREFIX_BYTES);
        batch.putInt(RecordBatch.LEADER_EPOCH_AT, leaderEpoch);
        batch.put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC);
        batch.putShort(RecordBatch.ATTRIBUTES_AT, (short) attributes);
        batch.putInt(RecordBatch.LAST_OFFSET_DELTA_AT, recordCount - 1);
        batch.putLong(RecordBatch.BASE_TIMESTAMP_AT, baseTimestamp);
        batch.putLong(RecordBatch.MAX_TIMESTAMP_AT, maxTimestamp);
        batch.putLong(RecordBatch.PRODUCER_ID_AT, producerId);
        batch.putShort(RecordBatch.PRODUCER_EPOCH_AT, producerEpoch);
        batch.putInt(RecordBatch.BASE_SEQUENCE_AT, baseSequence);
        batch.putInt(RecordBatch.RECORD_COUNT_AT, recordCount);
        batch.putInt(RecordBatch.CRC_AT, RecordBatch.checksum(batch.slice()));
    }

    /**
     * The array beneath, for another builder to use. It holds an uncompressed batch for as long as that is needed; after a
     * compressed one was built it is free at once.
     */
    public byte[] buffer() {
        return buffer;
    }
}
