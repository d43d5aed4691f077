package io.tailrace.streams;

import io.tailrace.cluster.placement.Fetched;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.UndecodableRecord.Part;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's place in one partition: the chunk whose records go out, and at most one more that was fetched ahead. Records are
 * decoded in place, one at a time.
 */
final class PartitionCursor<K, V> {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final long UNKNOWN = -1;

    private final TopicPartition partition;
    /** The first offset that is not read. */
    private long end;

    private final Deserializer<K> keyDeserializer;
    private final Deserializer<V> valueDeserializer;
    private final int decompressionLimit;
    /** The offset of the next record to emit; unknown until the partition is located. */
    private long position = UNKNOWN;
    /** Where the next fetch begins; unknown while bytes fetched before turn out to be malformed. */
    private long fetchOffset = UNKNOWN;

    private @Nullable Fetched ahead;
    private ByteBuffer chunk = NOTHING;
    private long chunkHighWatermark;
    private @Nullable RecordCursor records;
    private ByteBuffer window = NOTHING;
    private long batchNextOffset;
    private TimestampType timestampType = TimestampType.CREATE_TIME;
    private int leaderEpoch;
    private boolean received;
    private @Nullable UndecodableRecord undecodable;

    /** A place that is not located yet; {@code end} is the first offset that is not read. */
    PartitionCursor(TopicPartition partition, long end, ConsumerSettings<K, V> settings) {
        this.partition = partition;
        this.end = end;
        this.keyDeserializer = settings.keyDeserializer();
        this.valueDeserializer = settings.valueDeserializer();
        this.decompressionLimit = settings.decompressionLimit();
    }

    TopicPartition partition() {
        return partition;
    }

    /** Begins there. */
    void locate(long offset) {
        position = offset;
        fetchOffset = offset;
    }

    long end() {
        return end;
    }

    /** It ends there. */
    void end(long offset) {
        end = offset;
    }

    long fetchOffset() {
        return fetchOffset;
    }

    /** Whether it is known where to fetch, and there is no chunk ahead. */
    boolean mayFetch() {
        return fetchOffset != UNKNOWN && fetchOffset < end && ahead == null;
    }

    /** Whether a chunk is there whose records have not gone out. */
    boolean hasAhead() {
        return ahead != null;
    }

    /** Whether the chunk whose records go out is not at its end. */
    boolean isMidChunk() {
        return records != null || chunk.hasRemaining();
    }

    /** Whether its end has been reached. */
    boolean isDone() {
        return position != UNKNOWN && position >= end;
    }

    /** Whether anything has been fetched yet. */
    boolean hasReceived() {
        return received;
    }

    void fetched(Fetched fetched) {
        ahead = fetched;
        received = true;
        fetchOffset = endOf(fetched.batches());
    }

    /** The chunk ahead becomes the one whose records go out; how many bytes it has. */
    int advance() {
        Fetched next = ahead;
        if (next != null) {
            chunk = next.batches();
            chunkHighWatermark = next.highWatermark();
            batchNextOffset = 0;
            ahead = null;
        }
        return chunk.remaining();
    }

    /** The offset after the last batch, by the lengths in the headers alone; the checks come when the records go out. */
    private static long endOf(ByteBuffer batches) {
        ByteBuffer rest = batches.duplicate();
        long end = UNKNOWN;
        while (rest.remaining() >= RecordBatch.HEADER_BYTES) {
            RecordBatch header = RecordBatch.headerAt(rest);
            int size = header.sizeInBytes();
            if (size < RecordBatch.HEADER_BYTES || size > rest.remaining()) {
                return UNKNOWN;
            }
            end = header.nextOffset();
            rest.position(rest.position() + size);
        }
        return rest.hasRemaining() ? UNKNOWN : end;
    }

    /**
     * The next record of the chunk, {@code null} at its end or at a record that cannot be decoded, see {@link #takeUndecodable}.
     *
     * @throws TailraceException CORRUPT_LOG, UNKNOWN_CODEC or DECOMPRESSION_LIMIT, naming the place
     */
    @Nullable
    ConsumerRecord<K, V> next() {
        RecordCursor cursor = records;
        while (true) {
            if (cursor != null) {
                while (position < end && advance(cursor)) {
                    if (cursor.offset() >= end) {
                        position = end;
                    } else if (cursor.offset() >= position) {
                        return record(cursor);
                    }
                }
                records = null;
                position = Math.max(position, batchNextOffset);
            }
            if (!chunk.hasRemaining() || position >= end) {
                chunk = NOTHING;
                window = NOTHING;
                return null;
            }
            cursor = nextBatch();
        }
    }

    private boolean advance(RecordCursor cursor) {
        try {
            return cursor.next();
        } catch (TailraceException e) {
            throw misread(position, e);
        }
    }

    /** The records of the next batch, {@code null} if it has none to show. */
    private @Nullable RecordCursor nextBatch() {
        try {
            RecordBatch batch = RecordBatch.at(chunk);
            chunk.position(chunk.position() + batch.sizeInBytes());
            ensureInPlace(batch);
            batchNextOffset = batch.nextOffset();
            if (batchNextOffset <= position) {
                return null;
            }
            batch.ensureValid();
            if (batch.isControl()) {
                position = batchNextOffset;
                return null;
            }
            timestampType = batch.timestampType();
            leaderEpoch = batch.leaderEpoch();
            RecordCursor cursor = batch.cursor(decompressionLimit);
            window = ByteBuffer.wrap(cursor.array());
            records = cursor;
            return cursor;
        } catch (TailraceException e) {
            throw misread(position, e);
        }
    }

    /** The checksum does not cover the base offset: a wrong one would skip or repeat records. */
    private void ensureInPlace(RecordBatch batch) {
        if (batch.baseOffset() < batchNextOffset || batch.nextOffset() > chunkHighWatermark) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_BATCH,
                    "A batch claims the offsets " + batch.baseOffset() + " to " + batch.lastOffset()
                            + ", but stands after " + (batchNextOffset - 1) + " in a log that ends at "
                            + chunkHighWatermark + ".");
        }
    }

    /** The record that {@link #next} has come to and could not decode, {@code null} if there is none. The one behind it is next. */
    @Nullable
    UndecodableRecord takeUndecodable() {
        UndecodableRecord record = undecodable;
        undecodable = null;
        return record;
    }

    private @Nullable ConsumerRecord<K, V> record(RecordCursor cursor) {
        long offset = cursor.offset();
        int keySize = cursor.keySize();
        int valueSize = cursor.valueSize();
        position = offset + 1;
        K key;
        V value;
        Part part = Part.KEY;
        try {
            key = keySize < 0 ? null : deserialize(keyDeserializer, cursor.keyAt(), keySize);
            part = Part.VALUE;
            value = valueSize < 0 ? null : deserialize(valueDeserializer, cursor.valueAt(), valueSize);
        } catch (RuntimeException e) {
            undecodable = undecodable(cursor, part, e);
            return null;
        }
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                cursor.timestamp(),
                timestampType,
                keySize,
                valueSize,
                key,
                value,
                cursor.record().headers(),
                leaderEpoch);
    }

    private <T> T deserialize(Deserializer<T> deserializer, int at, int size) {
        window.limit(at + size).position(at);
        return deserializer.deserialize(partition.topic(), window);
    }

    private UndecodableRecord undecodable(RecordCursor cursor, Part part, RuntimeException cause) {
        return new UndecodableRecord(
                partition,
                cursor.offset(),
                cursor.timestamp(),
                cursor.record().headers(),
                bytes(cursor.keyAt(), cursor.keySize()),
                bytes(cursor.valueAt(), cursor.valueSize()),
                part,
                cause);
    }

    private @Nullable ByteBuffer bytes(int at, int size) {
        return size < 0
                ? null
                : ByteBuffer.wrap(Arrays.copyOfRange(window.array(), at, at + size))
                        .asReadOnlyBuffer();
    }

    private TailraceException misread(long offset, TailraceException e) {
        ErrorCode code = e.code() == ErrorCode.CORRUPT_BATCH ? ErrorCode.CORRUPT_LOG : e.code();
        return new TailraceException(
                code, partition + " cannot be read at or after offset " + offset + ": " + e.getMessage(), e);
    }
}
