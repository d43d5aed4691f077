package io.tailrace.engine.record;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One record, read in place from its batch: nothing is copied before somebody asks.
 *
 * <pre>
 *   length   attributes   timestamp delta   offset delta   key length   key   value length   value   header count   headers
 *   varint   int8         varlong           varint         varint             varint                 varint
 * </pre>
 *
 * <p>It keeps the whole batch in memory for as long as it lives itself; copy what is to be kept for long. Immutable as long as
 * nobody writes to the bytes beneath it.
 */
@SuppressWarnings("JavaLangClash") // The field's standard term; java.lang.Record is not used by name anywhere near.
public final class Record {
    private final byte[] array;
    private final long offset;
    private final long timestamp;
    private final int start;
    private final int keyAt;
    private final int keySize;
    private final int valueAt;
    private final int valueSize;
    private final int headersAt;
    private final int end;

    Record(RecordCursor cursor) {
        this.array = cursor.array();
        this.offset = cursor.offset();
        this.timestamp = cursor.timestamp();
        this.start = cursor.start();
        this.keyAt = cursor.keyAt();
        this.keySize = cursor.keySize();
        this.valueAt = cursor.valueAt();
        this.valueSize = cursor.valueSize();
        this.headersAt = cursor.headersAt();
        this.end = cursor.end();
    }

    /** Its place in the partition's log. */
    public long offset() {
        return offset;
    }

    /** Milliseconds since 1970; what it means is the batch's {@link RecordBatch#timestampType()}. -1 if it has none. */
    public long timestamp() {
        return timestamp;
    }

    /** Bytes of the key, -1 for a null key. */
    public int keySize() {
        return keySize;
    }

    /** Bytes of the value, -1 for a null value. */
    public int valueSize() {
        return valueSize;
    }

    /** A fresh view of the key, position 0, or null. Not to be written to. */
    public @Nullable ByteBuffer key() {
        return keySize < 0 ? null : ByteBuffer.wrap(array, keyAt, keySize).slice();
    }

    /** A fresh view of the value, position 0, or null. Not to be written to. */
    public @Nullable ByteBuffer value() {
        return valueSize < 0 ? null : ByteBuffer.wrap(array, valueAt, valueSize).slice();
    }

    /** The array that holds the record, and much else: for reading {@link #keyAt} and {@link #valueAt} without a view. */
    public byte[] array() {
        return array;
    }

    /** Where the key begins in {@link #array}. */
    public int keyAt() {
        return keyAt;
    }

    /** Where the value begins in {@link #array}. */
    public int valueAt() {
        return valueAt;
    }

    /**
     * The headers, decoded anew at each call.
     *
     * @throws io.tailrace.engine.error.TailraceException CORRUPT_BATCH if they are malformed
     */
    public Headers headers() {
        return array[headersAt] == 0 ? Headers.EMPTY : HeaderFormat.read(new ByteCursor(array, headersAt, end));
    }

    /** All its bytes in the uncompressed batch, its length field included. */
    public int sizeInBytes() {
        return end - start;
    }

    @Override
    public String toString() {
        return "Record[offset " + offset + ", timestamp " + timestamp + ", key " + keySize + " bytes, value "
                + valueSize + " bytes]";
    }
}
