package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One segment file, read offline without a log around it: batch after batch, each with its position and whether it is good.
 * Reads only; needs nothing but the {@code .log} file.
 */
public final class SegmentFile implements AutoCloseable {
    private final Path path;
    private final StoredFile file;
    private final BatchScanner scanner;
    private boolean ended;

    private SegmentFile(Path path, StoredFile file) throws IOException {
        this.path = path;
        this.file = file;
        this.scanner = new BatchScanner(file, 0, file.size(), true);
    }

    /** What is to be thought of the bytes at a position. */
    public enum Verdict {
        /** A batch whose checksum matches. */
        VALID,
        /** A batch by its header, but not by its checksum. */
        BAD_CHECKSUM,
        /** No batch, or only the beginning of one. */
        NOT_A_BATCH
    }

    /**
     * What was found at a position.
     *
     * @param position in bytes from the beginning of the file
     * @param verdict whether it is good; what comes after something that is not a batch is not looked at
     * @param header the batch's header alone; {@code null} if there is no batch
     * @param problem what is wrong; {@code null} if nothing is
     */
    public record Entry(
            long position,
            Verdict verdict,
            @Nullable RecordBatch header,
            @Nullable String problem) {}

    /**
     * Opens the file.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}
     */
    public static SegmentFile open(FileStore files, Path path) {
        try {
            return new SegmentFile(path, files.openForRead(path));
        } catch (IOException e) {
            throw LogErrors.failed(path, "Opening", e);
        }
    }

    /**
     * The next batch, or {@code null} at the end. A batch with a bad checksum is stepped over by its length.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}
     */
    public @Nullable Entry next() {
        if (ended) {
            return null;
        }
        try {
            if (scanner.next()) {
                return new Entry(scanner.position(), Verdict.VALID, scanner.header(), null);
            }
        } catch (IOException e) {
            throw LogErrors.failed(path, "Reading", e);
        }
        String problem = scanner.problem();
        RecordBatch header = scanner.headerOrNull();
        if (problem != null && header != null) {
            scanner.stepOverProblem();
            return new Entry(scanner.position(), Verdict.BAD_CHECKSUM, header, problem);
        }
        ended = true;
        return problem == null ? null : new Entry(scanner.position(), Verdict.NOT_A_BATCH, null, problem);
    }

    /**
     * The whole batch of an entry, to decode its records.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}; {@link ErrorCode#CORRUPT_LOG} if there is no batch
     */
    public RecordBatch read(Entry entry) {
        RecordBatch header = entry.header();
        if (header == null) {
            throw LogErrors.corrupt(path, entry.position(), String.valueOf(entry.problem()));
        }
        try {
            ByteBuffer bytes = ByteBuffer.allocate(header.sizeInBytes());
            file.read(bytes, entry.position());
            return RecordBatch.at(bytes.flip());
        } catch (IOException e) {
            throw LogErrors.failed(path, "Reading", e);
        }
    }

    /** The file's size in bytes. */
    public long sizeInBytes() {
        try {
            return file.size();
        } catch (IOException e) {
            throw LogErrors.failed(path, "Reading", e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw LogErrors.failed(path, "Closing", e);
        }
    }
}
