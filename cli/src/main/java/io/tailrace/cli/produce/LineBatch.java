package io.tailrace.cli.produce;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/** Records that follow each other, encoded; one request. */
final class LineBatch {
    private final Bytes bytes = new Bytes();
    private long firstLine;
    private int records;

    /** What comes to be written is the record of that line. */
    ByteArrayOutputStream record(long line) {
        if (records == 0) {
            firstLine = line;
        }
        records++;
        return bytes;
    }

    void clear() {
        bytes.reset();
        records = 0;
    }

    boolean isEmpty() {
        return records == 0;
    }

    int records() {
        return records;
    }

    int sizeInBytes() {
        return bytes.size();
    }

    /** The input's line that its first record is. */
    long firstLine() {
        return firstLine;
    }

    long lastLine() {
        return firstLine + records - 1;
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
