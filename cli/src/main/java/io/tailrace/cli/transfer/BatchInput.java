package io.tailrace.cli.transfer;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The batches of a stream of bytes, one in memory at a time, each checked. */
public final class BatchInput {
    /** A length that is damaged is not to take all the memory. */
    private static final int MAX_BATCH_BYTES = 128 << 20;

    private final InputStream in;
    private final String name;
    private long position;
    private long next;

    /**
     * Reads a stream, which stays the caller's to close.
     *
     * @param name as which it is spoken of
     */
    public BatchInput(InputStream in, String name) {
        this.in = in;
        this.name = name;
    }

    /** Where the batch that was read last begins, or what is no batch; in bytes from the stream's beginning. */
    long position() {
        return position;
    }

    /**
     * The next batch, or {@code null} at the end.
     *
     * @throws TailraceException CORRUPT_BATCH, which says where
     * @throws IOException if the stream cannot be read
     */
    @Nullable
    RecordBatch next() throws IOException {
        position = next;
        byte[] header = in.readNBytes(RecordBatch.HEADER_BYTES);
        if (header.length == 0) {
            return null;
        }
        try {
            int size = size(header);
            byte[] bytes = new byte[size];
            System.arraycopy(header, 0, bytes, 0, header.length);
            int read = in.readNBytes(bytes, header.length, size - header.length);
            if (header.length + read < size) {
                throw broken("a batch of " + size + " bytes ends after " + (header.length + read), null);
            }
            RecordBatch batch = RecordBatch.at(ByteBuffer.wrap(bytes));
            if (!batch.checksumMatches()) {
                throw broken("the checksum of the batch does not match its bytes", null);
            }
            next = position + size;
            return batch;
        } catch (OutOfMemoryError e) {
            throw broken("there is not enough memory for the batch", e);
        }
    }

    private int size(byte[] header) {
        if (header.length < RecordBatch.HEADER_BYTES) {
            throw broken(
                    "only " + header.length + " bytes are left, a batch's header has " + RecordBatch.HEADER_BYTES,
                    null);
        }
        RecordBatch found = RecordBatch.headerAt(ByteBuffer.wrap(header));
        if (found.magic() != RecordBatch.MAGIC) {
            throw broken("no batch of Kafka's format v2 begins here (its magic is " + found.magic() + ")", null);
        }
        int size = found.sizeInBytes();
        if (size < RecordBatch.HEADER_BYTES || size > MAX_BATCH_BYTES || found.recordCount() < 0) {
            throw broken("a batch claims " + size + " bytes and " + found.recordCount() + " records", null);
        }
        return size;
    }

    /** What is wrong with the batch that was read last. */
    TailraceException broken(String what, @Nullable Throwable cause) {
        return broken(ErrorCode.CORRUPT_BATCH, what, cause);
    }

    TailraceException broken(ErrorCode code, String what, @Nullable Throwable cause) {
        return new TailraceException(code, name + ", byte " + position + ": " + what + ".", cause);
    }

    @Override
    public String toString() {
        return name;
    }
}
