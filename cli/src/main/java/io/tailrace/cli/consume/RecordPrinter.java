package io.tailrace.cli.consume;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.io.OutputStream;

/** Makes of a record, a line of JSON as the server sends it, what is to be printed. */
public interface RecordPrinter {
    /** Writes all that is printed of that record. */
    void print(byte[] buffer, int start, int length, OutputStream out) throws IOException;

    /** How key and value are to come: the HTTP API's parameter {@code data}. */
    default String data() {
        return "binary";
    }

    /** The record as the server sent it, a line each. */
    static RecordPrinter json() {
        return new RecordPrinter() {
            @Override
            public void print(byte[] buffer, int start, int length, OutputStream out) throws IOException {
                if (length < 2 || buffer[start] != '{' || buffer[start + length - 1] != '}') {
                    throw new TailraceException(
                            ErrorCode.SERIALIZATION_FAILED,
                            "The server sent a line that is no record: no JSON object.");
                }
                out.write(buffer, start, length);
                out.write('\n');
            }

            @Override
            public String data() {
                return "auto";
            }
        };
    }

    /** The value's bytes, unchanged, and a line's end; of a tombstone the line's end alone. */
    static RecordPrinter value() {
        return PatternPrinter.of("%v\\n", "");
    }
}
