package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The marks of the log itself. A control record's key is its version and its type (int16 each); the barrier that a new leader
 * writes is Kafka's LEADER_CHANGE, so that Kafka's own tools can read the log:
 *
 * <pre>
 *   version   leader id   voters          granting voters   tagged fields
 *   int16     int32       compact array   compact array     (none)
 * </pre>
 *
 * <p>The move of the log's start (retention, delete-records) is of a type of our own, which Kafka's tools step over:
 *
 * <pre>
 *   version   new start
 *   int16     int64
 * </pre>
 *
 * <p>So is a change of the voters, whose value is the replication's own business ({@code VotersFormat} draws it).
 */
public final class ControlRecords {
    /** Stands where Kafka has the leader's number: nodes here have names, and the log's own epoch index is what counts. */
    private static final int NO_LEADER_ID = -1;

    private static final short VERSION = 0;
    private static final int KEY_BYTES = 4;
    private static final int BARRIER_VALUE_BYTES = 9;
    private static final byte EMPTY_COMPACT_ARRAY = 1;
    private static final byte NO_TAGGED_FIELDS = 0;
    private static final int LOG_START_VALUE_BYTES = 10;
    private static final int MAX_CONTROL_BYTES = 64 * 1024;

    private ControlRecords() {}

    /** Whether that is a control batch of type {@link ControlType#LOG_START}. One without a key of its own type is not. */
    public static boolean isLogStart(RecordBatch batch) {
        if (!batch.isControl()) {
            return false;
        }
        RecordCursor cursor = batch.cursor(MAX_CONTROL_BYTES);
        return cursor.next() && cursor.keySize() >= KEY_BYTES && typeAt(cursor) == ControlType.LOG_START;
    }

    /**
     * The value of the batch's record if it is of type {@link ControlType#VOTERS}, else {@code null}.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH} if it is, and has no value
     */
    public static @Nullable ByteBuffer votersIn(RecordBatch batch) {
        if (!batch.isControl()) {
            return null;
        }
        RecordCursor cursor = batch.cursor(MAX_CONTROL_BYTES);
        if (!cursor.next() || cursor.keySize() < KEY_BYTES || typeAt(cursor) != ControlType.VOTERS) {
            return null;
        }
        if (cursor.valueSize() < 0) {
            throw RecordBatch.corrupt("a control batch that changes the voters without saying who they are");
        }
        return ByteBuffer.wrap(cursor.array(), cursor.valueAt(), cursor.valueSize())
                .slice();
    }

    private static ControlType typeAt(RecordCursor cursor) {
        return ControlType.ofId(ByteBuffer.wrap(cursor.array()).getShort(cursor.keyAt() + Short.BYTES));
    }

    /** The batch that opens a leader's epoch: one record, placed already. */
    public static RecordBatch barrier(long baseOffset, int leaderEpoch, long timestampMillis) {
        byte[] value = ByteBuffer.allocate(BARRIER_VALUE_BYTES)
                .putShort(VERSION)
                .putInt(NO_LEADER_ID)
                .put(EMPTY_COMPACT_ARRAY)
                .put(EMPTY_COMPACT_ARRAY)
                .put(NO_TAGGED_FIELDS)
                .array();
        return control(ControlType.LEADER_CHANGE, value, baseOffset, leaderEpoch, timestampMillis);
    }

    /**
     * The batch that moves the log's start: one record, placed already. It counts once it is committed.
     *
     * @param newStart the offset below which nothing is to be read any more; not above the batch's own
     * @throws TailraceException {@link ErrorCode#INVALID_ARGUMENT} if it is negative or above
     */
    public static RecordBatch logStart(long baseOffset, int leaderEpoch, long timestampMillis, long newStart) {
        if (newStart < 0 || newStart > baseOffset) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The log's start cannot move to " + newStart + " by a batch at offset " + baseOffset + ".");
        }
        byte[] value = ByteBuffer.allocate(LOG_START_VALUE_BYTES)
                .putShort(VERSION)
                .putLong(newStart)
                .array();
        return control(ControlType.LOG_START, value, baseOffset, leaderEpoch, timestampMillis);
    }

    /** The batch that says who votes from now on: one record, placed already. It counts from when it is appended. */
    public static RecordBatch voters(long baseOffset, int leaderEpoch, long timestampMillis, byte[] value) {
        return control(ControlType.VOTERS, value, baseOffset, leaderEpoch, timestampMillis);
    }

    private static RecordBatch control(
            ControlType type, byte[] value, long baseOffset, int leaderEpoch, long timestampMillis) {
        byte[] key = ByteBuffer.allocate(KEY_BYTES)
                .putShort(VERSION)
                .putShort((short) type.id())
                .array();
        RecordBatchBuilder builder =
                new RecordBatchBuilder(Compression.NONE, MAX_CONTROL_BYTES).controlAt(baseOffset, leaderEpoch);
        builder.append(timestampMillis, key, value);
        return builder.build();
    }

    /**
     * What the control batch says, by its first record.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_ARGUMENT} if it is no control batch, {@link ErrorCode#CORRUPT_BATCH}
     *     if it has no record with a key of a version and a type
     */
    public static ControlType typeOf(RecordBatch batch) {
        if (!batch.isControl()) {
            throw new TailraceException(ErrorCode.INVALID_ARGUMENT, batch + " is no control batch.");
        }
        RecordCursor cursor = batch.cursor(MAX_CONTROL_BYTES);
        if (!cursor.next() || cursor.keySize() < KEY_BYTES) {
            throw RecordBatch.corrupt("a control batch without a control record");
        }
        return typeAt(cursor);
    }

    /**
     * Where a {@link ControlType#LOG_START} batch says that the log begins.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_ARGUMENT} if it is no such batch, {@link ErrorCode#DATA_DIR_VERSION}
     *     if its value is of a version that this program does not know, {@link ErrorCode#CORRUPT_BATCH} if it has none or it
     *     is negative
     */
    public static long logStartOf(RecordBatch batch) {
        if (typeOf(batch) != ControlType.LOG_START) {
            throw new TailraceException(ErrorCode.INVALID_ARGUMENT, batch + " does not move the log's start.");
        }
        RecordCursor cursor = batch.cursor(MAX_CONTROL_BYTES);
        if (!cursor.next() || cursor.valueSize() < Short.BYTES) {
            throw RecordBatch.corrupt("a control batch that moves the log's start without saying where to");
        }
        ByteBuffer value = ByteBuffer.wrap(cursor.array(), cursor.valueAt(), cursor.valueSize());
        short version = value.getShort();
        if (version != VERSION) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_VERSION,
                    "The control batch at offset " + batch.baseOffset() + " has format version " + version
                            + ", this program knows " + VERSION + ": start the program that wrote it.");
        }
        long newStart = value.remaining() == Long.BYTES ? value.getLong() : -1;
        if (newStart < 0) {
            throw RecordBatch.corrupt("a control batch that moves the log's start to no offset");
        }
        return newStart;
    }
}
