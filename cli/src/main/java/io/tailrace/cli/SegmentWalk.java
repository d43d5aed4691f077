package io.tailrace.cli;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.SegmentFile;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.io.Closeable;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Goes through what should be the batches of a file, one in memory at a time, and says of each what is wrong with it: what
 * {@link SegmentFile} finds, and whether the records can be read.
 */
final class SegmentWalk implements Closeable {
    /** What a batch may decompress to before it is called damaged. */
    static final int MAX_RECORDS_BYTES = 256 << 20;

    private final SegmentFile segment;

    private SegmentWalk(SegmentFile segment) {
        this.segment = segment;
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
        if (Files.isDirectory(file)) {
            throw unreadable(file, "it is a directory; name a file in it", null);
        }
        try {
            return new SegmentWalk(SegmentFile.open(new DiskFileStore(), file));
        } catch (TailraceException e) {
            Throwable cause = e.getCause();
            if (cause instanceof NoSuchFileException) {
                throw unreadable(file, "there is no such file", e);
            }
            throw unreadable(
                    file,
                    cause instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage()),
                    e);
        }
    }

    private static TailraceException unreadable(Path file, String why, @Nullable Throwable cause) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, "Cannot read " + file + ": " + why + ".", cause);
    }

    /** The next batch, or {@code null} at the end. After something that has no believable length there is no next. */
    @Nullable
    Found next() {
        SegmentFile.Entry entry = segment.next();
        if (entry == null) {
            return null;
        }
        return switch (entry.verdict()) {
            case VALID -> {
                RecordBatch batch = segment.read(entry);
                yield new Found(entry.position(), batch, problem(batch));
            }
            case BAD_CHECKSUM -> new Found(entry.position(), entry.header(), "bad CRC");
            case NOT_A_BATCH -> new Found(entry.position(), null, String.valueOf(entry.problem()));
        };
    }

    private static @Nullable String problem(RecordBatch batch) {
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

    @Override
    public void close() {
        segment.close();
    }
}
