package io.tailrace.cli.produce;

import java.io.IOException;
import java.io.OutputStream;

/** Makes the line of JSON that a server takes for a record, of a line of input. */
public interface RecordEncoder {
    /** Writes that record to {@code out}, its line's end included; returns whether it is one, and not a line to be skipped. */
    boolean encode(byte[] buffer, int start, int length, OutputStream out) throws IOException;

    /** Input that is such JSON already; the server judges it, and skips blank lines. */
    static RecordEncoder json() {
        return (buffer, start, length, out) -> {
            out.write(buffer, start, length);
            out.write('\n');
            return !isBlank(buffer, start, start + length);
        };
    }

    private static boolean isBlank(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r')) {
            at++;
        }
        return at == to;
    }
}
