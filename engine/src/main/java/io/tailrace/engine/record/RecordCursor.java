package io.tailrace.engine.record;

/**
 * Goes through the records of one batch in their order: {@code while (cursor.next()) ...}. What it says of the record it stands
 * on costs nothing; {@link #record()} makes an object of it. Everything but the headers' inside has been checked when
 * {@link #next()} returns.
 *
 * <p>Not for use by several threads at once.
 */
public final class RecordCursor {
    /** The bytes of the smallest record: its length, and six fields of one byte. */
    static final int MIN_RECORD_BYTES = 7;

    private final ByteCursor in;
    private final int recordsEnd;
    private final long baseOffset;
    private final long baseTimestamp;
    private final long appendTimestamp;
    private final boolean appendTime;
    private final int lastOffsetDelta;

    private int left;
    private int offsetDelta = -1;
    private int offsetDeltaAt;
    private long createTimestamp;
    private long timestamp;
    private int start;
    private int keyAt;
    private int keySize;
    private int valueAt;
    private int valueSize;
    private int headersAt;

    /** Over the uncompressed records of the batch, which lie between the cursor's position and limit. */
    RecordCursor(RecordBatch batch, ByteCursor in) {
        this.in = in;
        this.recordsEnd = in.limit;
        this.baseOffset = batch.baseOffset();
        this.baseTimestamp = batch.baseTimestamp();
        this.appendTimestamp = batch.maxTimestamp();
        this.appendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        this.lastOffsetDelta = batch.lastOffsetDelta();
        this.left = batch.recordCount();
        int size = in.limit - in.position;
        if (left < 0 || left > size / MIN_RECORD_BYTES || (left == 0 && size != 0)) {
            throw RecordBatch.corrupt("it claims " + left + " records in " + size + " bytes");
        }
    }

    /**
     * Steps to the next record.
     *
     * @return false if there is none
     * @throws io.tailrace.engine.error.TailraceException CORRUPT_BATCH if its bytes contradict themselves
     */
    public boolean next() {
        if (left == 0) {
            return false;
        }
        left--;
        start = in.position;
        in.limit = recordsEnd;
        int size = in.readVarint();
        if (size < MIN_RECORD_BYTES - 1 || size > recordsEnd - in.position) {
            throw RecordBatch.corrupt("a record claims " + size + " bytes of " + (recordsEnd - in.position));
        }
        int end = in.position + size;
        in.limit = end;
        in.position++; // The record's attributes have no meaning yet.
        long timestampDelta = in.readVarlong();
        createTimestamp = baseTimestamp + timestampDelta;
        timestamp = appendTime ? appendTimestamp : createTimestamp;
        offsetDeltaAt = in.position;
        int delta = in.readVarint();
        // Compaction leaves holes, so they rise, though not by one.
        if (delta <= offsetDelta || delta > lastOffsetDelta) {
            throw RecordBatch.corrupt("offset delta " + delta + " follows " + offsetDelta + " of " + lastOffsetDelta);
        }
        offsetDelta = delta;
        keySize = in.readVarint();
        keyAt = in.position;
        in.skipNullable(keySize);
        valueSize = in.readVarint();
        valueAt = in.position;
        in.skipNullable(valueSize);
        headersAt = in.position;
        if (headersAt >= end || (in.array[headersAt] == 0 && headersAt + 1 != end)) {
            throw RecordBatch.corrupt("a record's length does not match its fields");
        }
        in.position = end;
        if (left == 0 && end != recordsEnd) {
            throw RecordBatch.corrupt((recordsEnd - end) + " bytes lie behind the last record");
        }
        return true;
    }

    /** The record it stands on, as an object. */
    public Record record() {
        return new Record(this);
    }

    /** See {@link Record#offset()}. */
    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** See {@link Record#timestamp()}. */
    public long timestamp() {
        return timestamp;
    }

    /** See {@link Record#keySize()}. */
    public int keySize() {
        return keySize;
    }

    /** See {@link Record#valueSize()}. */
    public int valueSize() {
        return valueSize;
    }

    /** See {@link Record#array()}; the same array for all records of the batch. */
    public byte[] array() {
        return in.array;
    }

    /** See {@link Record#keyAt()}. */
    public int keyAt() {
        return keyAt;
    }

    /** See {@link Record#valueAt()}. */
    public int valueAt() {
        return valueAt;
    }

    int offsetDelta() {
        return offsetDelta;
    }

    /** Where its offset delta begins: all from there on is the same whatever the batch's base timestamp. */
    int offsetDeltaAt() {
        return offsetDeltaAt;
    }

    /** The timestamp that its producer gave it, also where the log's counts. */
    long createTimestamp() {
        return createTimestamp;
    }

    int start() {
        return start;
    }

    int headersAt() {
        return headersAt;
    }

    int end() {
        return in.limit;
    }

    /** Checks the headers of the record it stands on without making them. */
    void checkHeaders() {
        if (in.array[headersAt] == 0) {
            return; // None, and that they end the record has been checked.
        }
        HeaderFormat.check(new ByteCursor(in.array, headersAt, in.limit));
    }
}
