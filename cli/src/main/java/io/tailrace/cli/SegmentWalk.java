package io.tailrace.cli;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Goes through what should be the batches of a file, one in memory at a time, and says of each what is wrong with it. */
final class SegmentWalk implements Closeable {
    /** Larger than any batch that could have been appended, and small enough to be held. */
    private static final int MAX_BATCH_BYTES = 256 << 20;

    /** What a batch may decompress to before it is called damaged. */
    static final int MAX_RECORDS_BYTES = 256 << 20;

    private final Path file;
    private final SeekableByteChannel channel;
    private final long end;
    private long position;

    private SegmentWalk(Path file, SeekableByteChannel channel, long end) {
        this.file = file;
        this.channel = channel;
        this.end = end;
    }

    /**
     * What stands at a position.
     *
     * @param batch the batch, or its header alone, or {@code null} if not even that can be read
     * @param problem what is wrong, or {@code null} if it is good
     */
    record Found(
            long position,
            @Nullable RecordBatch batch,
            @Nullable String problem) {
        boolean isGood() {
            return problem == null;
        }
    }

    /** Fails with INVALID_ARGUMENT if the file cannot be read. */
    static SegmentWalk open(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new IOException("it is a directory; name a file in it");
            }
            SeekableByteChannel channel = Files.newByteChannel(file);
            return new SegmentWalk(file, channel, channel.size());
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file", e);
        } catch (IOException e) {
            throw unreadable(file, e instanceof AccessDeniedException ? "permission denied" : message(e), e);
        }
    }

    private static String message(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static TailraceException unreadable(Path file, String why, IOException cause) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, "Cannot read " + file + ": " + why + ".", cause);
    }

    /** The next batch, or {@code null} at the end. After something that has no believable length there is no next. */
    @Nullable
    Found next() {
        if (position >= end) {
            return null;
        }
        try {
            return found();
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "Reading " + file + " at byte " + position + " failed: " + message(e) + ".",
                    e);
        }
    }

    private Found found() throws IOException {
        long at = position;
        long left = end - at;
        position = end;
        if (left < RecordBatch.HEADER_BYTES) {
            return new Found(at, null, "truncated tail: " + left + " bytes, fewer than a batch header has");
        }
        RecordBatch header = RecordBatch.headerAt(read(at, RecordBatch.HEADER_BYTES));
        if (header.magic() != RecordBatch.MAGIC) {
            return new Found(at, null, "no batch begins here: magic " + header.magic() + ", not " + RecordBatch.MAGIC);
        }
        int size = header.sizeInBytes();
        if (size < RecordBatch.HEADER_BYTES || size > MAX_BATCH_BYTES) {
            return new Found(at, null, "no batch begins here: a length of " + size + " bytes");
        }
        if (size > left) {
            return new Found(at, header, "truncated tail: a batch of " + size + " bytes is cut off after " + left);
        }
        position = at + size;
        RecordBatch batch = RecordBatch.at(read(at, size));
        return new Found(at, batch, problem(batch));
    }

    private static @Nullable String problem(RecordBatch batch) {
        if (!batch.checksumMatches()) {
            return "bad CRC";
        }
        try {
            RecordCursor cursor = batch.cursor(MAX_RECORDS_BYTES);
            while (cursor.next()) {
                cursor.record().headers();
            }
            return null;
        } catch (TailraceException e) {
            return "damaged: " + e.getMessage();
        }
    }

    private ByteBuffer read(long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        channel.position(at);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("the file became shorter");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
