package io.tailrace.cli.produce;

import java.io.IOException;
import java.io.OutputStream;

/** Makes the line of JSON that a server takes for a record, of a line of input. */
public interface RecordEncoder {
    /** Writes that record to {@code out}, its line's end included. */
    void encode(byte[] buffer, int start, int length, OutputStream out) throws IOException;

    /** Input that is such JSON already; the server judges it. */
    static RecordEncoder json() {
        return (buffer, start, length, out) -> {
            out.write(buffer, start, length);
            out.write('\n');
        };
    }
}
