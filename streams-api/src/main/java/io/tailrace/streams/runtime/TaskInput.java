package io.tailrace.streams.runtime;

import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.topology.StreamRecord;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition that a task reads: what has been fetched ahead, and the record that is next. Records are decoded in place, one at a time. */
final class TaskInput {
    private static final Logger LOG = LoggerFactory.getLogger(TaskInput.class);
    private static final long UNKNOWN = -1;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final TopicPartition name;
    private final PartitionId id;
    private final PartitionReader reader;
    private final Questions questions;
    private final AutoOffsetReset reset;
    private final boolean internal;
    private final int bufferedBytes;
    private final TopologyRun run;
    private final RunInput running;
    private final Runnable arrived;

    private final ArrayDeque<ByteBuffer> ahead = new ArrayDeque<>();
    private int aheadBytes;
    private boolean fetching;
    private long fetchOffset = UNKNOWN;
    private long endOffset = UNKNOWN;
    /** The offset of the next record to be processed. */
    private long position = UNKNOWN;

    private long committed = UNKNOWN;

    private ByteBuffer chunk = NOTHING;
    private int chunkBytes;
    private @Nullable RecordCursor records;
    private ByteBuffer window = NOTHING;
    private long batchNextOffset;
    private TimestampType timestampType = TimestampType.CREATE_TIME;
    private int leaderEpoch;
    private @Nullable ConsumerRecord<ByteBuffer, ByteBuffer> head;
    private @Nullable StreamRecord<Object, Object> headRecord;

    /**
     * A partition that is to be begun.
     *
     * @param internal whether only tasks write there, and nothing goes that is not processed
     * @param arrived called when there is something to be processed
     */
    TaskInput(
            TopicPartition name,
            PartitionId id,
            PartitionReader reader,
            Questions questions,
            AutoOffsetReset reset,
            boolean internal,
            int bufferedBytes,
            TopologyRun run,
            Runnable arrived) {
        this.name = name;
        this.id = id;
        this.reader = reader;
        this.questions = questions;
        this.reset = internal ? AutoOffsetReset.EARLIEST : reset;
        this.internal = internal;
        this.bufferedBytes = bufferedBytes;
        this.run = run;
        this.running = run.input(name);
        this.arrived = arrived;
    }

    TopicPartition name() {
        return name;
    }

    PartitionId id() {
        return id;
    }

    boolean isInternal() {
        return internal;
    }

    /** Begins where the task's log says, or where the settings do if it says nothing. */
    void begin(TaskLogFormat.@Nullable Input restored) {
        if (restored != null) {
            running.time = restored.partitionTime();
            committed = restored.nextOffset();
        }
        questions.ask(reader::offsets, range -> locate(range, restored));
    }

    private void locate(OffsetRange range, TaskLogFormat.@Nullable Input restored) {
        endOffset = range.endOffset();
        long offset = restored == null ? resetTo(range) : restored.nextOffset();
        if (offset < range.startOffset() || offset > range.endOffset()) {
            if (internal) {
                throw outOfRange(offset, range);
            }
            long there = resetTo(range);
            LOG.warn(
                    "{} was to be read from offset {} on, but has {} to {}: goes on at {}, as auto.offset.reset says. What lies between is not processed.",
                    name,
                    offset,
                    range.startOffset(),
                    range.endOffset(),
                    there);
            offset = there;
        }
        if (position == UNKNOWN) {
            position = offset;
        }
        fetchOffset = offset;
        arrived.run();
        fetchAhead();
    }

    private long resetTo(OffsetRange range) {
        return reset == AutoOffsetReset.EARLIEST ? range.startOffset() : range.endOffset();
    }

    private TailraceException outOfRange(long offset, OffsetRange range) {
        return new TailraceException(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                "Internal topic partition " + name + " was to be read from offset " + offset + " on, but has "
                        + range.startOffset() + " to " + range.endOffset()
                        + ": it has been changed by somebody else. Reset the application.");
    }

    private void fetchAhead() {
        int room = bufferedBytes - aheadBytes - chunkBytes;
        if (fetching || fetchOffset == UNKNOWN || room < bufferedBytes / 2) {
            return;
        }
        fetching = true;
        questions.ask(() -> reader.fetch(fetchOffset, room), this::fetched, this::notFetched);
    }

    private void notFetched(TailraceException error) {
        if (error.code() != ErrorCode.OFFSET_OUT_OF_RANGE) {
            throw error;
        }
        // Retention has overtaken it. What is buffered is processed all the same.
        fetching = false;
        TaskLogFormat.Input lost = new TaskLogFormat.Input(fetchOffset, running.time);
        fetchOffset = UNKNOWN;
        questions.ask(reader::offsets, range -> locate(range, lost));
    }

    private void fetched(Fetched fetched) {
        fetching = false;
        endOffset = Math.max(endOffset, fetched.highWatermark());
        ByteBuffer batches = fetched.batches();
        if (batches.hasRemaining()) {
            fetchOffset = endOf(batches);
            ahead.add(batches);
            aheadBytes += batches.remaining();
            arrived.run();
            fetchAhead();
        } else {
            questions.later(this::fetchAhead);
        }
    }

    private static long endOf(ByteBuffer batches) {
        ByteBuffer rest = batches.duplicate();
        long end = UNKNOWN;
        while (rest.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(rest);
            end = batch.nextOffset();
            rest.position(rest.position() + batch.sizeInBytes());
        }
        return end;
    }

    /** Whether a record is there; if so it has been read, and {@link #headTime} knows when it was. */
    boolean hasHead() {
        return head != null || readHead();
    }

    /** When the next record was, by its extractor, milliseconds since 1970. */
    long headTime() {
        StreamRecord<Object, Object> record = headRecord;
        return record == null ? -1 : record.timestamp();
    }

    /** Processes the next record. */
    void process() {
        ConsumerRecord<ByteBuffer, ByteBuffer> bytes = head;
        StreamRecord<Object, Object> record = headRecord;
        if (bytes == null || record == null) {
            throw new IllegalStateException("There is no record of " + name + ".");
        }
        head = null;
        headRecord = null;
        position = bytes.offset() + 1;
        run.process(running, bytes, record);
    }

    /** Whether there is no record here, but some are known to be in the partition, or it is not known yet whether there are. */
    boolean isBehind() {
        return position == UNKNOWN || position < endOffset;
    }

    private boolean readHead() {
        while (true) {
            RecordCursor cursor = records;
            if (cursor != null) {
                while (cursor.next()) {
                    if (cursor.offset() >= position) {
                        read(cursor);
                        return true;
                    }
                }
                records = null;
                position = Math.max(position, batchNextOffset);
            }
            if (!chunk.hasRemaining() && !nextChunk()) {
                return false;
            }
            nextBatch();
        }
    }

    private boolean nextChunk() {
        ByteBuffer next = ahead.poll();
        if (next == null) {
            chunkBytes = 0;
            chunk = NOTHING;
            position = Math.max(position, fetchOffset);
            fetchAhead();
            return false;
        }
        chunk = next;
        chunkBytes = next.remaining();
        aheadBytes -= chunkBytes;
        fetchAhead();
        return true;
    }

    private void nextBatch() {
        RecordBatch batch = RecordBatch.at(chunk);
        chunk.position(chunk.position() + batch.sizeInBytes());
        batchNextOffset = batch.nextOffset();
        try {
            batch.ensureValid();
            if (batch.isControl()) {
                position = Math.max(position, batchNextOffset);
                return;
            }
            RecordCursor cursor = batch.cursor(RecordBatch.MAX_UNCOMPRESSED_BYTES);
            timestampType = batch.timestampType();
            leaderEpoch = batch.leaderEpoch();
            window = ByteBuffer.wrap(cursor.array());
            records = cursor;
        } catch (TailraceException e) {
            throw new TailraceException(
                    e.code() == ErrorCode.CORRUPT_BATCH ? ErrorCode.CORRUPT_LOG : e.code(),
                    name + " cannot be read at or after offset " + position + ": " + e.getMessage(),
                    e);
        }
    }

    private void read(RecordCursor cursor) {
        int keySize = cursor.keySize();
        int valueSize = cursor.valueSize();
        ConsumerRecord<ByteBuffer, ByteBuffer> bytes = new ConsumerRecord<>(
                name.topic(),
                name.partition(),
                cursor.offset(),
                cursor.timestamp(),
                timestampType,
                keySize,
                valueSize,
                keySize < 0 ? null : window.slice(cursor.keyAt(), keySize),
                valueSize < 0 ? null : window.slice(cursor.valueAt(), valueSize),
                cursor.record().headers(),
                leaderEpoch);
        headRecord = run.read(running, bytes);
        head = bytes;
    }

    /** Whether its position is not the one that the task's log has. */
    boolean hasMoved() {
        return position != UNKNOWN && position != committed;
    }

    /** What is to be committed of it. */
    TaskLogFormat.Input commit() {
        committed = position;
        return new TaskLogFormat.Input(position, running.time);
    }

    /** The position that was committed last, or is about to be. */
    long committed() {
        return committed;
    }

    /** The offset of the next record to be processed; -1 while that is not known. */
    long position() {
        return position;
    }

    /** How many offsets lie behind that one, as far as is known. */
    long lag() {
        return position == UNKNOWN ? 0 : Math.max(0, endOffset - position);
    }

    void close() {
        reader.close();
    }
}
