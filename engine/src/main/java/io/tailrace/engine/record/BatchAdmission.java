package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a batch of a producer goes through before it is let into a log, once, where its partition is led: everybody who reads it later,
 * or copies it to another replica, relies on that. What the process itself has built record by record is not gone through again: its
 * checksum says that it is still what was built.
 *
 * @param keyed whether each record has to have a key: in a compacted topic
 * @param codec what the log's batches are compressed with; empty: as their producers chose
 */
public record BatchAdmission(boolean keyed, Optional<Codec> codec) {
    private static final int SHORT_WORK_BYTES = 1 << 20;
    private static final int USUAL_BYTES = 4 << 20;
    private static final int PRODUCER_BITS = RecordBatch.CODEC_MASK;

    /** Held by the one batch of the process that unfolds to more than is usual, so that many cannot fill the heap together. */
    private static final Object LARGE = new Object();

    /**
     * The quick half: header and checksum.
     *
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH}, {@link ErrorCode#UNKNOWN_CODEC}
     */
    public static void ensureHeader(RecordBatch batch) {
        int bits = batch.attributes() & ~PRODUCER_BITS & 0xffff;
        if (bits != 0) {
            throw RecordBatch.corrupt("it is marked as " + mark(bits) + ", which no producer sends");
        }
        if (batch.baseTimestamp() < -1) {
            throw RecordBatch.corrupt("it is of " + batch.baseTimestamp() + " ms, which lies before 1970");
        }
        batch.ensureAppendable();
    }

    private static String mark(int bits) {
        if ((bits & RecordBatch.CONTROL_BIT) != 0) {
            return "a control batch";
        }
        if ((bits & RecordBatch.TRANSACTIONAL_BIT) != 0) {
            return "part of a transaction";
        }
        if ((bits & RecordBatch.APPEND_TIME_BIT) != 0) {
            return "stamped by a log";
        }
        return (bits & RecordBatch.DELETE_HORIZON_BIT) != 0
                ? "compacted"
                : "something unknown (attributes 0x" + Integer.toHexString(bits) + ")";
    }

    /** Whether {@link #admitted} takes next to no time: else an actor has others do it. */
    public boolean isShortWork(RecordBatch batch) {
        return !isRecompressed(batch)
                && (batch.isBuiltHere()
                        || (batch.compression() == Compression.NONE && batch.sizeInBytes() <= SHORT_WORK_BYTES));
    }

    private boolean isRecompressed(RecordBatch batch) {
        return codec.isPresent() && codec.get().compression() != batch.compression();
    }

    /**
     * The slow half: goes through the records unless they were built here, and gives them the log's codec. As with Kafka, a batch that has
     * that codec keeps its bytes, whatever the level.
     *
     * @param batch one that {@link #ensureHeader} has let through
     * @return what is to be appended: the same batch, or one with the same records, producer and timestamps and another codec
     * @throws TailraceException {@link ErrorCode#CORRUPT_BATCH}, {@link ErrorCode#UNKNOWN_CODEC}, {@link ErrorCode#INVALID_RECORD};
     *     {@link ErrorCode#DECOMPRESSION_LIMIT} if compressed records become, or those to be compressed are, more than
     *     {@link RecordBatch#MAX_UNCOMPRESSED_BYTES}
     */
    public RecordBatch admitted(RecordBatch batch) {
        ensureWithinLimit(batch);
        if (isTrusted(batch) && !isRecompressed(batch)) {
            return batch;
        }
        if (batch.compression() == Compression.NONE) {
            return lookedThrough(batch, batch.uncompressed(0));
        }
        ByteCursor records;
        try {
            records = batch.uncompressed(USUAL_BYTES);
        } catch (TailraceException e) {
            if (e.code() != ErrorCode.DECOMPRESSION_LIMIT) {
                throw e;
            }
            synchronized (LARGE) {
                return lookedThrough(batch, batch.uncompressed(RecordBatch.MAX_UNCOMPRESSED_BYTES, true));
            }
        }
        return lookedThrough(batch, records);
    }

    /** Whether its records need not be gone through. Where it lacks a key they are, to say where. */
    private boolean isTrusted(RecordBatch batch) {
        return batch.isBuiltHere() && (!keyed || batch.isBuiltKeyed());
    }

    /** As far as it is known without unfolding anything. */
    private void ensureWithinLimit(RecordBatch batch) {
        boolean compressed = batch.compression() != Compression.NONE;
        boolean toBe = isRecompressed(batch);
        if (!compressed && !toBe) {
            return;
        }
        int known = compressed ? batch.builtBytes() : batch.sizeInBytes() - RecordBatch.HEADER_BYTES;
        if (known > RecordBatch.MAX_UNCOMPRESSED_BYTES) {
            throw new TailraceException(
                    ErrorCode.DECOMPRESSION_LIMIT,
                    "The batch's records are " + known + " bytes uncompressed, compressed ones may be "
                            + RecordBatch.MAX_UNCOMPRESSED_BYTES + ": send smaller batches.");
        }
    }

    private RecordBatch lookedThrough(RecordBatch batch, ByteCursor records) {
        int start = records.position;
        int end = records.limit;
        boolean allKeyed = isTrusted(batch) ? batch.isBuiltKeyed() : BatchCheck.ensureWellFormed(batch, records, keyed);
        if (!isRecompressed(batch)) {
            return batch;
        }
        Codec wanted = codec.orElseThrow();
        ByteBuffer bytes = RecordCompression.compress(wanted, records.array, start, end);
        bytes.put(0, batch.bytes(), 0, RecordBatch.HEADER_BYTES);
        bytes.putInt(RecordBatch.LENGTH_AT, bytes.limit() - RecordBatch.LENGTH_PREFIX_BYTES);
        int attributes = batch.attributes() & ~RecordBatch.CODEC_MASK;
        bytes.putShort(RecordBatch.ATTRIBUTES_AT, (short)
                (attributes | wanted.compression().id()));
        bytes.putInt(RecordBatch.CRC_AT, RecordBatch.checksum(bytes.slice()));
        return RecordBatch.built(bytes, end - start, allKeyed);
    }
}
