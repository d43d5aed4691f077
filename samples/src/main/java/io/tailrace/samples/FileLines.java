package io.tailrace.samples;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file, byte for byte: only the line feed that ends a line is taken away, and the last line may do without one.
 * Memory is bounded by the longest line that is allowed.
 */
public final class FileLines implements AutoCloseable {
    /** Longer lines are refused: they would not fit into a batch of a topic with default settings. */
    public static final int MAX_LINE_BYTES = 1_000_000;

    private static final int BUFFER_BYTES = 64 << 10;
    /** Lines cross the boundary between reading and streaming in such heaps, since a crossing costs more than a line. */
    private static final int CHUNK_LINES = 512;

    private static final int CHUNK_BYTES = 256 << 10;

    private static final byte[] NOTHING = {};

    private final Path file;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private byte[] begun = NOTHING;
    private int position;
    private int limit;
    private long linesRead;

    private FileLines(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /**
     * Opens a file, or anything that can be read like one.
     *
     * @throws TailraceException INVALID_ARGUMENT if it is not there or cannot be read
     */
    public static FileLines open(Path file) {
        if (Files.isDirectory(file)) {
            throw unreadable(file, "it is a directory; name a file", null);
        }
        try {
            return new FileLines(file, Files.newInputStream(file));
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file; check the name", e);
        } catch (AccessDeniedException e) {
            throw unreadable(file, "permission denied; check its rights", e);
        } catch (IOException e) {
            throw unreadable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static TailraceException unreadable(Path file, String why, @Nullable IOException cause) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, "Cannot read " + file + ": " + why + ".", cause);
    }

    /**
     * The lines as a stream that reads ahead in heaps of bounded size. Fails with RECORD_TOO_LARGE at a line of more than
     * {@link #MAX_LINE_BYTES}, with IO_FAILED if reading fails.
     */
    public static Source<byte[], NotUsed> source(Path file) {
        return Source.unfoldResource(() -> open(file), FileLines::nextChunk, FileLines::close)
                .mapConcat(lines -> lines);
    }

    /** The first lines, for a look at what kind of file it is; fewer if the file has fewer. Leaves out what is too long. */
    public static List<byte[]> head(Path file, int lines) {
        List<byte[]> head = new ArrayList<>();
        try (FileLines in = open(file)) {
            Optional<byte[]> line = in.next();
            while (line.isPresent() && head.size() < lines) {
                head.add(line.get());
                line = in.next();
            }
        } catch (TailraceException e) {
            if (e.code() != ErrorCode.RECORD_TOO_LARGE) {
                throw e;
            }
        }
        return head;
    }

    private Optional<List<byte[]>> nextChunk() {
        List<byte[]> chunk = new ArrayList<>(CHUNK_LINES);
        int bytes = 0;
        while (chunk.size() < CHUNK_LINES && bytes < CHUNK_BYTES) {
            Optional<byte[]> line = next();
            if (line.isEmpty()) {
                break;
            }
            chunk.add(line.get());
            bytes += line.get().length;
        }
        return chunk.isEmpty() ? Optional.empty() : Optional.of(chunk);
    }

    /** The next line, or nothing at the end. */
    Optional<byte[]> next() {
        while (true) {
            int end = lineFeed();
            if (end >= 0) {
                byte[] line = joined(end);
                begun = NOTHING;
                position = end + 1;
                linesRead++;
                return Optional.of(line);
            }
            begun = joined(limit);
            position = limit;
            if (!fill()) {
                byte[] last = begun;
                begun = NOTHING;
                return last.length == 0 ? Optional.empty() : Optional.of(last);
            }
        }
    }

    private int lineFeed() {
        for (int i = position; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** What has been begun, and the buffer up to there. */
    private byte[] joined(int end) {
        int more = end - position;
        if ((long) begun.length + more > MAX_LINE_BYTES) {
            throw new TailraceException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "Line " + (linesRead + 1) + " of " + file + " is longer than " + MAX_LINE_BYTES
                            + " bytes: split it, or leave it out.");
        }
        byte[] line = Arrays.copyOf(begun, begun.length + more);
        System.arraycopy(buffer, position, line, begun.length, more);
        return line;
    }

    private boolean fill() {
        try {
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
            position = 0;
            return limit > 0;
        } catch (IOException e) {
            throw new TailraceException(ErrorCode.IO_FAILED, "Reading " + file + " failed: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new TailraceException(ErrorCode.IO_FAILED, "Closing " + file + " failed: " + e.getMessage() + ".", e);
        }
    }
}
