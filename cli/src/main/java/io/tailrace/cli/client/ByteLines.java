package io.tailrace.cli.client;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts bytes into lines without looking at what they mean: a line ends with {@code \n}, and everything before it belongs to it.
 * The caller says when to read more, so that it can do something before a read that may wait:
 *
 * <pre>{@code
 * while (lines.fill()) {
 *     while (lines.next()) {
 *         use(lines.buffer(), lines.start(), lines.length());
 *     }
 *     if (lines.wouldWait()) {
 *         // whatever should not be held back meanwhile
 *     }
 * }
 * if (lines.rest()) { the last line, which has no end }
 * }</pre>
 *
 * <p>Holds one line and what was read beyond it. For one thread.
 */
public final class ByteLines {
    private static final int CHUNK_BYTES = 64 << 10;

    private final InputStream in;
    private final int maxLineBytes;
    private byte[] buffer = new byte[2 * CHUNK_BYTES];
    /** Where the bytes begin that no line was made of yet, where the search for an end goes on, and where they end. */
    private int from;

    private int searched;
    private int filled;

    private int start;
    private int length;
    private long number;

    /** Lines of that stream, none longer than that many bytes. */
    public ByteLines(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
    }

    /** Reads what there is, at least one byte; blocking. Returns false at the end of the stream. */
    public boolean fill() throws IOException {
        makeRoom();
        int read = in.read(buffer, filled, Math.min(CHUNK_BYTES, buffer.length - filled));
        if (read < 0) {
            return false;
        }
        filled += read;
        return true;
    }

    private void makeRoom() {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, filled - from);
            searched -= from;
            filled -= from;
            from = 0;
        }
        if (buffer.length - filled < CHUNK_BYTES) {
            // Bounded: next() refuses a line beyond maxLineBytes before another fill.
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
    }

    /** Whether the next {@link #fill} may wait for bytes to come. */
    public boolean wouldWait() throws IOException {
        return in.available() == 0;
    }

    /**
     * Goes to the next line among the bytes read; false if its end is not there yet.
     *
     * @throws TailraceException RECORD_TOO_LARGE for a line that is longer than allowed
     */
    public boolean next() {
        int at = searched;
        while (at < filled && buffer[at] != '\n') {
            at++;
        }
        searched = at;
        if (at - from > maxLineBytes) {
            throw new TailraceException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "Line " + (number + 1) + " is longer than " + maxLineBytes + " bytes: a line is a record.");
        }
        if (at == filled) {
            return false;
        }
        take(at);
        from = at + 1;
        searched = from;
        return true;
    }

    /** Goes to what stands behind the last line's end, once the stream has ended; false if that is nothing. */
    public boolean rest() {
        if (from == filled) {
            return false;
        }
        take(filled);
        from = filled;
        searched = filled;
        return true;
    }

    private void take(int end) {
        start = from;
        length = end - from;
        number++;
    }

    /** Bytes behind the last line, which are no line yet. */
    public int pendingBytes() {
        return filled - from;
    }

    /** The array that the line stands in; its bytes are good until the next {@link #fill}. */
    public byte[] buffer() {
        return buffer;
    }

    /** Where the line begins in {@link #buffer}. */
    public int start() {
        return start;
    }

    /** How many bytes the line has, its end left out. */
    public int length() {
        return length;
    }

    /** Which line it is, from 1. */
    public long number() {
        return number;
    }
}
