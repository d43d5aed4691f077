package io.tailrace.cli.produce;

import io.tailrace.cli.client.ByteLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/** Records that follow each other, encoded; one request. */
final class LineBatch {
    private final Bytes bytes = new Bytes();
    private long firstLine;
    private int lines;
    private int records;

    /** Adds the record that the line is. */
    void add(ByteLines line, RecordEncoder encoder) throws IOException {
        if (lines == 0) {
            firstLine = line.number();
        }
        lines++;
        if (encoder.encode(line.buffer(), line.start(), line.length(), bytes)) {
            records++;
        }
    }

    void clear() {
        bytes.reset();
        lines = 0;
        records = 0;
    }

    boolean isEmpty() {
        return lines == 0;
    }

    int lines() {
        return lines;
    }

    /** How many of the lines are records; blank ones may be none. */
    int records() {
        return records;
    }

    int sizeInBytes() {
        return bytes.size();
    }

    /** The input's line that its first one is. */
    long firstLine() {
        return firstLine;
    }

    long lastLine() {
        return firstLine + lines - 1;
    }

    /** {@code line 7}, {@code lines 7 to 9}. */
    static String lines(long first, long last) {
        return first == last ? "line " + first : "lines " + first + " to " + last;
    }

    BodyPublisher publisher() {
        return bytes.publisher();
    }

    private static final class Bytes extends ByteArrayOutputStream {
        private static final int INITIAL_BYTES = 64 << 10;

        Bytes() {
            super(INITIAL_BYTES);
        }

        BodyPublisher publisher() {
            return BodyPublishers.ofByteArray(buf, 0, count);
        }
    }
}
